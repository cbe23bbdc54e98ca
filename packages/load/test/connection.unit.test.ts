import { createServer, type Server, type Socket } from 'node:net';
import { Connection, type Reply, requestText } from '../src/index.ts';

/** A server that responds to each request with these pieces, in separate writes. */
async function respondingWith(
  pieces: readonly string[],
): Promise<{ server: Server; port: number; requests: string[] }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      requests.push(String(chunk));
      const [first = '', ...rest] = pieces;
      socket.write(first);
      let written = Promise.resolve();
      for (const piece of rest)
        written = written.then(
          () => new Promise((resolve) => setImmediate(() => socket.write(piece, () => resolve()))),
        );
      if (pieces.length === 0) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port, requests };
}

const send = (connection: Connection, text = 'GET / HTTP/1.1\r\n\r\n', timeoutMs = 60_000): Promise<Reply> =>
  new Promise((resolve) => connection.send(text, timeoutMs, resolve));

async function withServer(pieces: readonly string[], test: (connection: Connection) => Promise<void>): Promise<void> {
  const { server, port } = await respondingWith(pieces);
  const connection = new Connection('127.0.0.1', port, () => {});
  try {
    await test(connection);
  } finally {
    connection.close();
    server.close();
  }
}

it('reads the counted parts of consecutive responses on one connection, however the responses are split', async () => {
  const pieces = ['HTTP/1.1 201 Created\r\nContent-Le', 'ngth: 5\r\nConsistency-Token: 1.7.1.2.3\r\n\r', '\nab', 'cde'];
  await withServer(pieces, async (connection) => {
    const expected = { status: 201, hasRetryAfter: false, isProblem: false, token: '1.7.1.2.3' };
    expect(await send(connection)).toEqual(expected);
    expect(await send(connection)).toEqual(expected);
  });
});

it('recognises a problem document and a Retry-After header', async () => {
  const head = 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-type: application/problem+json\r\n';
  await withServer([`${head}content-length: 2\r\n\r\n{}`], async (connection) => {
    expect(await send(connection)).toEqual({ status: 503, hasRetryAfter: true, isProblem: true, token: null });
  });
});

it('reports a response that was cut off or did not arrive in time', async () => {
  await withServer([], async (connection) => {
    expect(await send(connection)).toHaveProperty('broken');
  });
  await withServer(['HTTP/1.1 200 OK\r\n'], async (connection) => {
    expect(await send(connection, 'x', 50)).toEqual({
      broken: 'no response within 50 ms (first request of a connection)',
    });
  });
});

it('formats a request with its key, its token and its length in bytes', () => {
  const target = { host: '127.0.0.1', port: 8080, apiKey: 'k' };
  const text = requestText({ method: 'POST', path: '/a', body: '"é"', key: 'one', token: '1.2.3.4.5' }, target);
  expect(text.split('\r\n')).toEqual([
    'POST /a HTTP/1.1',
    'host: 127.0.0.1:8080',
    'x-api-key: k',
    'consistency-token: 1.2.3.4.5',
    'idempotency-key: one',
    'content-type: application/json',
    'content-length: 4',
    '',
    '"é"',
  ]);
});
