/** A client that goes on asking, and reads no answers. */
import { jest } from '@jest/globals';
import { FRAME_TYPES } from '../src/frame.ts';
import { connectByHand, frameOf, startServer, stopAll, until } from './support.ts';

/** How long a server waits until its answers are read. */
const UNREAD_MS = 30_000;
const ANSWER = Buffer.alloc(1024 * 1024);
/** Far more than a server and the kernel hold together. */
const CALLS_MAX = 200;

afterEach(async () => {
  jest.useRealTimers();
  await stopAll();
});

/** Asks one thing after the other until the server reads no more, or has answered far too much. */
async function askWithoutReading() {
  let answered = 0;
  const server = await startServer((_request, response) => {
    answered += 1;
    response.end(ANSWER);
  });
  const socket = await connectByHand(server);
  const [other] = server.sockets;
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const isHeldUp = () => other?.isPaused() === true;
  let asked = 0;
  for (; asked < CALLS_MAX && !isHeldUp(); asked += 1) {
    socket.write(frameOf(FRAME_TYPES.request, asked, ['GET', '/'], ''));
    await until(() => answered > asked || isHeldUp(), 'it is answered');
  }
  expect(asked).toBeLessThan(CALLS_MAX);
  return { server, socket, other, asked, isHeldUp, answered: () => answered };
}

it('gets no more answers until it reads, then everything continues', async () => {
  const { server, socket, other, asked, isHeldUp, answered } = await askWithoutReading();
  socket.write(frameOf(FRAME_TYPES.request, asked, ['GET', '/'], ''));
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await until(() => bytes > (asked + 1) * ANSWER.length, 'all answers have come');
  jest.advanceTimersByTime(10 * UNREAD_MS);
  expect([answered(), isHeldUp(), other?.destroyed, server.errors]).toEqual([asked + 1, false, false, []]);
});

it('loses its connection if it does not read in time', async () => {
  const { server, other } = await askWithoutReading();
  jest.advanceTimersByTime(UNREAD_MS - 1);
  expect(other?.destroyed).toBe(false);
  jest.advanceTimersByTime(1);
  expect(other?.destroyed).toBe(true);
  await until(() => server.errors.length === 1, 'the server says why');
  expect(server.errors[0]?.message).toBe(`sent data were not read within ${UNREAD_MS} ms`);
});
