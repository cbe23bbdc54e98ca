import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { linger } from '../src/linger.ts';

const LONG_MS = 3_600_000;
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

/** A request that lingers, of which only part has arrived. */
function lingering() {
  const socket = new EventEmitter();
  const request = Object.assign(new EventEmitter(), { complete: false, destroyed: false, socket, resume: () => {} });
  linger(request as unknown as IncomingMessage, LONG_MS);
  return { request, socket };
}

it.each(['socket', 'request'] as const)('waits no longer once the %s is closed', (closed) => {
  const before = timers();
  const both = lingering();
  expect(timers()).toBe(before + 1);
  both[closed].emit('close');
  expect(timers()).toBe(before);
});

it('leaves nothing behind on a connection that is kept', () => {
  const before = timers();
  const { request, socket } = lingering();
  request.emit('end');
  expect([timers(), socket.listenerCount('close')]).toEqual([before, 0]);
});
