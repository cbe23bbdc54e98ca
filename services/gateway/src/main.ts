import { createLogger, runProcess } from '@mo/service-kit';
import { createGateway } from './app.ts';
import { gatewayConfig } from './config.ts';
import { listenForCallers } from './listen.ts';

await runProcess(async () => {
  const config = gatewayConfig();
  const logger = createLogger('gateway', config.logLevel);
  const { app, stopSteps } = await createGateway(config, logger);
  const address = await listenForCallers(app, config.host, config.port);
  logger.info({ address }, 'listening');
  return { logger, steps: stopSteps };
});
