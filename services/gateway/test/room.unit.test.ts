import { defaultLimits } from '../src/forward/limits.ts';
import { SharedRoom } from '../src/forward/room.ts';

const { keptBytesMax, bodyBytesMax, uploadsMax } = defaultLimits;
const CHUNK_BYTES = 64 * 1024;

/** Takes as much as it gets. @returns how much that is */
function hoard(room: SharedRoom, caller: string, amount: number): number {
  const before = room.taken;
  while (room.of(caller).take(amount));
  return room.taken - before;
}

it.each([2, 3, 5])('%d callers that take all they get leave room for the body of another', (hoarders) => {
  const room = new SharedRoom(keptBytesMax);
  for (let n = 1; n <= hoarders; n += 1) {
    const half = (keptBytesMax - room.taken) / 2;
    expect(hoard(room, `hoarder ${n}`, CHUNK_BYTES)).toBeLessThanOrEqual(half + CHUNK_BYTES / 2);
  }
  for (let n = 1; n <= hoarders; n += 1) expect(room.of(`hoarder ${n}`).take(CHUNK_BYTES)).toBe(false);
  expect(room.of('other').take(bodyBytesMax)).toBe(true);
});

it.each([
  [2, [16, 8]],
  [3, [16, 8, 4]],
  [5, [16, 8, 4, 2, 1]],
])('%d callers that take all places they get leave one for another', (hoarders, places) => {
  const room = new SharedRoom(uploadsMax);
  expect(Array.from({ length: hoarders }, (_, n) => hoard(room, `hoarder ${n}`, 1))).toEqual(places);
  expect(room.of('other').take()).toBe(true);
});

it('what is forced counts until it is given back, and nothing fits meanwhile', () => {
  const room = new SharedRoom(10);
  const part = room.of('writer');
  part.force(25);
  expect([room.taken, part.take(1), room.of('other').take(1)]).toEqual([25, false, false]);
  part.give(25);
  expect([room.taken, room.of('other').take(5), part.take(5)]).toEqual([0, true, true]);
});
