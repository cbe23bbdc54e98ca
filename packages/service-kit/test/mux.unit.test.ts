import { MuxClient } from '@mo/mux';
import type { ServerOptions } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

function echoServer(options: Partial<ServerOptions> = {}) {
  const { app, log } = serverUnderTest(options);
  app.post('/echo', async (request) => request.body);
  return { app, log };
}

describe('calls by mux', () => {
  /** Sends a POST to /echo, and answers with the status, or with the code of the error. */
  function post(client: MuxClient, payload: string, headers: string[]): Promise<number | string> {
    const { promise, resolve } = Promise.withResolvers<number | string>();
    client.dispatch(
      { method: 'POST', path: '/echo', headers, body: Buffer.from(payload) },
      {
        onRequestStart: () => {},
        onResponseStart: (_control, status) => resolve(status),
        onResponseData: () => {},
        onResponseEnd: () => {},
        onResponseError: (_control, error: NodeJS.ErrnoException) => resolve(String(error.code)),
      },
    );
    return promise;
  }
  const timeouts = { connectTimeoutMs: 30_000, answerTimeoutMs: 30_000 };
  const json = ['content-type', 'application/json', 'x-request-id', 'order-19'];

  it('are handled like any others, with one log line each, and closing does not wait for connections', async () => {
    const { app, log } = echoServer({ takesMux: true });
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const client = new MuxClient({ origin, ...timeouts, otherwise: () => {} });
    expect([await post(client, '{}', json), await post(client, '{', json)]).toEqual([200, 400]);
    await app.close();
    const lines = log.lines().filter(({ msg }) => msg === 'request');
    expect(lines.map(({ path, status, requestId }) => [path, status, requestId])).toEqual([
      ['/echo', 200, 'order-19'],
      ['/echo', 400, 'order-19'],
    ]);
    expect(await post(client, '{}', json)).toBe('ECONNREFUSED');
    client.destroy();
  });

  it('are accepted only if configured', async () => {
    const { app } = echoServer();
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const client = new MuxClient({
      origin,
      ...timeouts,
      otherwise: (_call, handler) => handler.onResponseError(null, Object.assign(new Error(), { code: 'OTHERWISE' })),
    });
    expect(await post(client, '{}', json)).toBe('OTHERWISE');
    client.destroy();
    await app.close();
  });
});
