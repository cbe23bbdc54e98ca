import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { listen } from '@mo/dev-stack/listen';
import { Notice } from '../src/index.ts';

it('after notice is given, every answer is the last of its connection', async () => {
  const server = createServer((_request, response) => response.end('done'));
  const notice = new Notice(server, 0);
  const port = await listen(server);
  const agent = new Agent({ keepAlive: true });
  const ask = async () => {
    const [answer] = (await once(get({ port, agent }), 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    return [answer.statusCode, answer.headers.connection];
  };
  expect([await ask(), notice.isGiven]).toEqual([[200, 'keep-alive'], false]);
  await notice.give();
  expect([await ask(), notice.isGiven]).toEqual([[200, 'close'], true]);
  agent.destroy();
  server.close();
  await once(server, 'close');
});
