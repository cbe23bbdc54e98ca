import { jest } from '@jest/globals';
import { type Draw, SharedBucket } from '../src/rates/shared-bucket.ts';

const BUCKET = Buffer.alloc(32);

/** Time stands still: on a busy machine a bucket could fill up meanwhile. */
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

/** A store whose answers a test gives, one by one. */
function storeInHand() {
  const asked: { wanted: number; answer: (drawn: number, left: number) => void; fail: () => void }[] = [];
  const draw: Draw = (_bucket, _rate, _capacity, wanted) =>
    new Promise((resolve, reject) => {
      asked.push({ wanted, answer: (drawn, left) => resolve({ drawn, left }), fail: () => reject(new Error('away')) });
    });
  return { asked, draw };
}

it('draws once for all concurrent callers, in order of arrival', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 4, draw);
  const first = bucket.take(performance.now());
  const others = [1, 2, 3].map(() => bucket.take(performance.now()));
  expect(asked.map(({ wanted }) => wanted)).toEqual([1]);
  asked[0]?.answer(1, 3);
  expect(await first).toEqual({ waitMs: 0, left: 3 });
  expect(asked.map(({ wanted }) => wanted)).toEqual([1, 3]);
  asked[1]?.answer(2, 0.5);
  const taken = await Promise.all(others.map(async (other) => other));
  expect(taken.map(({ waitMs }) => waitMs)).toEqual([0, 0, 125]);
});

it('draws ahead, and needs no query for tokens in stock', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 50, draw);
  const nowMs = performance.now();
  const first = bucket.take(nowMs);
  expect(asked[0]?.wanted).toBe(6);
  asked[0]?.answer(6, 44);
  await first;
  for (let held = 4; held >= 0; held -= 1) expect(bucket.take(nowMs)).toEqual({ waitMs: 0, left: 44 + held });
  void bucket.take(nowMs);
  expect(asked).toHaveLength(2);
});

it('gives tokens drawn ahead to callers that arrived meanwhile, before it draws again', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 50, draw);
  const nowMs = performance.now();
  const first = bucket.take(nowMs);
  const others = Array.from({ length: 7 }, () => bucket.take(nowMs));
  asked[0]?.answer(6, 0);
  await first;
  for (const [place, other] of others.slice(0, 5).entries())
    expect(await other).toEqual({ waitMs: 0, left: 4 - place });
  // The two that are left, and ahead again: what was drawn is used up, none of it lost.
  expect(asked.map(({ wanted }) => wanted)).toEqual([6, 7]);
  asked[1]?.answer(3, 0);
  for (const other of others.slice(5)) expect(await other).toMatchObject({ waitMs: 0 });
  expect(bucket.take(nowMs)).toEqual({ waitMs: 0, left: 0 });
  expect(asked).toHaveLength(2);
});

it('drops tokens that are too old, because others may have drawn them by then', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 50, draw);
  const first = bucket.take(performance.now());
  asked[0]?.answer(6, 44);
  await first;
  void bucket.take(performance.now() + 1_001);
  expect(asked).toHaveLength(2);
});

it('does not query an empty bucket before it has refilled', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 1, draw);
  const nowMs = performance.now();
  const refused = bucket.take(nowMs);
  asked[0]?.answer(0, 0.25);
  expect(await refused).toEqual({ waitMs: 750, left: 0 });
  const again = bucket.take(nowMs + 10);
  expect(again).toEqual({ waitMs: expect.any(Number), left: 0 });
  void bucket.take(performance.now() + 760);
  expect(asked).toHaveLength(2);
});

it('enforces the rate alone while the store is down', async () => {
  const { asked, draw } = storeInHand();
  const bucket = new SharedBucket(BUCKET, 2, draw);
  const first = bucket.take(performance.now());
  asked[0]?.fail();
  expect((await first).waitMs).toBe(0);
  const nowMs = performance.now();
  const taken = [1, 2, 3].map(() => bucket.take(nowMs)) as { waitMs: number }[];
  expect(taken.map(({ waitMs }) => waitMs > 0)).toEqual([false, true, true]);
  void bucket.take(nowMs + 1_100);
  expect(asked).toHaveLength(2);
});
