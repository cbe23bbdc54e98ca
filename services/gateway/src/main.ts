import { createLogger, LISTEN_BACKLOG, runProcess } from '@mo/service-kit';
import { createGateway } from './app.ts';
import { gatewayConfig } from './config.ts';

await runProcess(async () => {
  const config = gatewayConfig();
  const logger = createLogger('gateway', config.logLevel);
  const { app, stopSteps } = await createGateway(config, logger);
  const address = await app.listen({ host: config.host, port: config.port, backlog: LISTEN_BACKLOG });
  logger.info({ address }, 'listening');
  return { logger, steps: stopSteps };
});
