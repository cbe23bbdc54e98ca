import { Startup, unavailable } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

it('refusals while a process starts are no cause for a warning, later failures are', async () => {
  const { app, log } = serverUnderTest();
  const startup = new Startup(app);
  app.get('/loans', () => {
    throw unavailable('customers could not be reached');
  });
  const ask = async () => {
    const before = log.lines().length;
    const { statusCode } = await app.inject('/loans');
    const lines = log.lines().slice(before);
    return [statusCode, ...lines.map(({ level, msg }) => `${level} ${msg}`)];
  };
  expect(await ask()).toEqual([503, 'info request']);
  await startup.run(async () => {});
  expect(await ask()).toEqual([503, 'warn customers could not be reached', 'warn request']);
});
