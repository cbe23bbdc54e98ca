import { listen, readConfig, runProcess } from '@mo/service-kit';
import { createApp } from './app.ts';
import { configSchema } from './config.ts';

await runProcess(async () => {
  const config = readConfig(configSchema);
  return listen(await createApp(config), config);
});
