/** A client that stops in the middle of a frame. */
import { jest } from '@jest/globals';
import { FRAME_TYPES } from '../src/frame.ts';
import { connectByHand, frameOf, startServer, stopAll, until } from './support.ts';

/** How long a frame may take. */
const FRAME_MS = 30_000;
const FRAME = frameOf(FRAME_TYPES.request, 1, ['GET', '/'], 'body');
/** In the middle of its length, and of its head. */
const PARTS = [2, 20];

afterEach(async () => {
  jest.useRealTimers();
  await stopAll();
});

/** A connection to a server that answers at once, and time that stands still there until a test moves it. */
async function connect() {
  let answers = 0;
  const server = await startServer((_request, response) => {
    answers += 1;
    response.end();
  });
  const socket = await connectByHand(server);
  const [other] = server.sockets;
  let received = other?.bytesRead ?? 0;
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const send = async (...parts: Buffer[]): Promise<void> => {
    const bytes = Buffer.concat(parts);
    received += bytes.length;
    socket.write(bytes);
    await until(() => other?.bytesRead === received, 'it has arrived');
  };
  const pass = (durationMs: number) => jest.advanceTimersByTime(durationMs);
  const isOpen = () => server.errors.length === 0 && other?.destroyed === false;
  return { server, send, pass, isOpen, answers: () => answers };
}

it.each(PARTS)('a connection ends where its client stops %i bytes into a frame', async (length) => {
  const { server, send, pass, isOpen } = await connect();
  await send(FRAME.subarray(0, length));
  pass(FRAME_MS - 1);
  expect(isOpen()).toBe(true);
  pass(1);
  expect(isOpen()).toBe(false);
  await until(() => server.errors.length === 1, 'the server says why');
  expect(server.errors[0]?.message).toBe(`a frame was not complete after ${FRAME_MS} ms`);
  await until(() => server.sockets.size === 0, 'the connection is closed');
});

it('a frame that arrives byte by byte gets no extra time', async () => {
  const { send, pass, isOpen } = await connect();
  for (const place of [0, 1, 2]) {
    await send(FRAME.subarray(place, place + 1));
    expect(isOpen()).toBe(true);
    pass(FRAME_MS / 3);
  }
  expect(isOpen()).toBe(false);
});

it('each frame has its own timeout, even if it starts in the chunk that ends another', async () => {
  const { send, pass, isOpen, answers } = await connect();
  await send(FRAME.subarray(0, 20));
  pass(FRAME_MS - 1);
  await send(FRAME.subarray(20), FRAME.subarray(0, 20));
  expect(answers()).toBe(1);
  pass(FRAME_MS - 1);
  expect(isOpen()).toBe(true);
  pass(1);
  expect(isOpen()).toBe(false);
});

it('a connection on which no frame has started stays open', async () => {
  const { send, pass, isOpen, answers } = await connect();
  await send(FRAME.subarray(0, 20));
  await send(FRAME.subarray(20));
  pass(10 * FRAME_MS);
  expect(isOpen()).toBe(true);
  await send(FRAME);
  expect(answers()).toBe(2);
});
