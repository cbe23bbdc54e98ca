import type { RequestListener, ServerResponse } from 'node:http';
import type { MuxClient } from '../src/index.ts';
import { send, startClient, startServer, stopAll, until } from './support.ts';

afterEach(stopAll);

const QUESTION = { method: 'GET', path: '/alive', headers: [], body: null };

/** Answers the question at once, and keeps all else. */
async function start() {
  const held: ServerResponse[] = [];
  const asked: string[] = [];
  const answer: RequestListener = ({ url = '' }, response) => {
    if (url !== QUESTION.path) return void held.push(response);
    asked.push(url);
    response.end();
  };
  const server = await startServer(answer);
  const client = startClient(server.origin);
  return { server, client, held, asked };
}

function check(client: MuxClient, times: number): void {
  for (let time = 0; time < times; time += 1) client.check(QUESTION);
}

describe('a connection that has received nothing since a call was sent', () => {
  it('is pinged once, and kept if it answers', async () => {
    const { server, client, held, asked } = await start();
    const told = send(client);
    await until(() => held.length === 1, 'the call is there');
    check(client, 2);
    await until(() => asked.length === 1, 'it is asked');
    // What is answered after the question shows that the answer to that was heard.
    await send(client, { path: QUESTION.path }).outcome;
    check(client, 10);
    held[0]?.end('late');
    expect(await told.outcome).toMatchObject({ status: 200, body: 'late' });
    expect([asked.length, server.sockets.size]).toEqual([2, 1]);
  });

  it('is closed if the ping gets no answer, even if no call is in flight any more', async () => {
    const { server, client, held } = await start();
    const [left, waiting] = [send(client), send(client)];
    await until(() => held.length === 2, 'the calls are there');
    for (const socket of server.sockets) socket.removeAllListeners('data').resume();
    left.control?.abort(new Error('its caller left'));
    check(client, 3);
    expect(client.isConnected).toBe(true);
    check(client, 1);
    expect(await waiting.outcome).toEqual({ error: 'UND_ERR_SOCKET', wasSent: true });
    expect(client.isConnected).toBe(false);
    const next = send(client);
    await until(() => held.length === 3, 'the next call opens another');
    held[2]?.end();
    expect((await next.outcome).status).toBe(200);
  });
});

describe('a connection that answers', () => {
  it('is kept, however often it is checked before an answer arrives', async () => {
    const { server, client, held, asked } = await start();
    for (let call = 1; call <= 10; call += 1) {
      const told = send(client);
      await until(() => held.length === call, 'the call is there');
      check(client, 1);
      held[call - 1]?.end();
      await told.outcome;
    }
    check(client, 10);
    expect([asked.length, server.sockets.size]).toEqual([0, 1]);
  });
});
