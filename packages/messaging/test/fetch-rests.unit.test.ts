import { FetchRests } from '../src/kafka/fetch-rests.ts';

function restsUnderTest() {
  const world = { nowMs: 1_000 };
  const rests = new FetchRests({ msMin: 20, msMax: 100, parts: 4 }, () => world.nowMs);
  /** A partition whose messages take so long; tells how long it rests. */
  const handle = (tookMs: number, isBehind = false): number => {
    rests.begin();
    world.nowMs += tookMs;
    return rests.restMs(isBehind);
  };
  return { world, rests, handle };
}

it('partitions of a fetch rest until the same moment', () => {
  const { world, rests, handle } = restsUnderTest();
  expect(handle(10)).toBe(30);
  world.nowMs += 30;
  // One for which there was no room beside the others.
  expect(handle(20)).toBe(40);
  world.nowMs += 40;
  expect(handle(30)).toBe(0);
  for (let partition = 0; partition < 3; partition += 1) rests.end();
  expect(handle(10)).toBe(30);
});

it('none rests while one of them is behind, or was in the fetch before', () => {
  const { rests, handle } = restsUnderTest();
  expect(handle(10, true)).toBe(0);
  expect(handle(10)).toBe(0);
  rests.end();
  rests.end();
  expect(handle(10)).toBe(0);
  rests.end();
  expect(handle(10)).toBe(30);
});

it('a fetch that never ends, for another broker is asked meanwhile, counts anew after a while', () => {
  const { world, handle } = restsUnderTest();
  handle(10);
  world.nowMs += 1_000;
  expect(handle(10)).toBe(30);
});
