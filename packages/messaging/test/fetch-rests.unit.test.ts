import { FetchRests } from '../src/kafka/fetch-rests.ts';

function restsUnderTest() {
  const world = { nowMs: 1_000 };
  const rests = new FetchRests({ msMin: 20, msMax: 100, parts: 4 }, () => world.nowMs);
  /** Handles messages of a partition for this long. Returns how long the partition rests. */
  const handle = (tookMs: number, isBehind = false): number => {
    const beganMs = rests.begin();
    world.nowMs += tookMs;
    return rests.restMs(beganMs, isBehind);
  };
  return { world, rests, handle };
}

it('partitions of a fetch rest until the same moment', () => {
  const { world, rests, handle } = restsUnderTest();
  expect(handle(10)).toBe(10);
  expect(handle(4)).toBe(6);
  world.nowMs += 6;
  // One for which there was no room beside the others.
  expect(handle(5)).toBe(0);
  for (let partition = 0; partition < 3; partition += 1) rests.end();
  expect(handle(3)).toBe(17);
});

/** How long the partitions of a fetch rest, after many more in which each took as long to handle. */
function restsAfterMany(tookMs: readonly number[], betweenMs = 0): number[] {
  const { world, rests, handle } = restsUnderTest();
  const fetches = Array.from({ length: 60 }, () => {
    const restsMs = tookMs.map((ms) => {
      const restMs = handle(ms);
      world.nowMs += betweenMs;
      return Math.round(restMs);
    });
    for (const _ of tookMs) rests.end();
    return restsMs;
  });
  return fetches.at(-1) ?? [];
}

it('partitions rest in proportion to the longest handling time', () => {
  expect(restsAfterMany([1, 9])).toEqual([35, 26]);
  expect(restsAfterMany([9, 1])).toEqual([27, 26]);
});

it('a handling that began while others rested does not count', () => {
  expect(restsAfterMany([3, 3], 15)).toEqual([17, 0]);
});

it('handling times while a partition was behind are not used afterwards', () => {
  const { rests, handle } = restsUnderTest();
  for (let fetch = 0; fetch < 60; fetch += 1) {
    handle(1_000, true);
    rests.end();
  }
  handle(1_000);
  rests.end();
  expect(handle(1)).toBe(19);
});

it('no partition rests while one of them is behind, or was in the previous fetch', () => {
  const { rests, handle } = restsUnderTest();
  expect(handle(10, true)).toBe(0);
  expect(handle(1)).toBe(0);
  rests.end();
  rests.end();
  expect(handle(10)).toBe(0);
  rests.end();
  expect(handle(10)).toBe(10);
});

it('a fetch that never ends, because another broker is read meanwhile, is discarded after a while', () => {
  const { world, handle } = restsUnderTest();
  handle(10);
  world.nowMs += 1_000;
  expect(handle(10)).toBe(10);
});
