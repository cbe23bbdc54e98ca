/** Answers that are longer than a request may be, and those that are longer than anything may be. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { ANSWER_BYTES_MAX, FRAME_TYPES, REQUEST_BYTES_MAX } from '../src/frame.ts';
import { MUX_PROTOCOL } from '../src/protocol.ts';
import { frameOf, send, startClient, startServer, stopAll } from './support.ts';

afterEach(stopAll);

describe('a call', () => {
  it('is aborted if its answer exceeds the limit assumed for an older client that states none', async () => {
    const server = await startServer((_request, response) => void response.end('x'.repeat(REQUEST_BYTES_MAX)));
    const { hostname, port } = new URL(server.origin);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /mux HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ${MUX_PROTOCOL}\r\n\r\n`);
    await once(socket, 'data');
    socket.write(frameOf(FRAME_TYPES.request, 1, ['GET', '/'], ''));
    const [frame] = (await once(socket, 'data')) as [Buffer];
    expect(frame[4]).toBe(FRAME_TYPES.breakOff);
    socket.destroy();
  });

  it('may have an answer far longer than the limit of requests', async () => {
    const body = 'x'.repeat(3 * REQUEST_BYTES_MAX);
    const server = await startServer((_request, response) => void response.end(body));
    expect((await send(startClient(server.origin)).outcome).body).toBe(body);
  });

  it('whose answer is too long to send fails alone, and the server reports it', async () => {
    const tooLong = 'x'.repeat(ANSWER_BYTES_MAX);
    const server = await startServer((request, response) => void response.end(request.url === '/' ? 'ok' : tooLong));
    const client = startClient(server.origin);
    const [long, other] = [send(client, { path: '/long' }), send(client)];
    expect((await long.outcome).error).toBe('MO_ANSWER_TOO_LONG');
    expect((await other.outcome).body).toBe('ok');
    expect(server.errors.map(({ message }) => message)).toEqual([expect.stringContaining('a frame of')]);
  });
});
