import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Notice } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

it('once notice is given, requests are still answered, each as the last of its connection', async () => {
  const { app } = serverUnderTest();
  const notice = new Notice(app, 0);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const ask = async () => {
    const [answer] = (await once(get({ port, path: '/livez', agent }), 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    return [answer.statusCode, answer.headers.connection];
  };
  expect([await ask(), notice.isGiven]).toEqual([[200, 'keep-alive'], false]);
  await notice.give();
  expect([await ask(), notice.isGiven]).toEqual([[200, 'close'], true]);
  agent.destroy();
  await app.close();
});
