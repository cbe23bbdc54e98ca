import { RetryLog } from '@mo/service-kit';
import { OffsetCommits } from '../src/kafka/offset-commits.ts';
import type { PartitionOffset } from '../src/kafka/topic-partition.ts';
import { waitFor } from '../src/testing/index.ts';
import { notedLines } from './noted-lines.ts';

/** Commits, what was committed and logged, and a broker that is up by `world.isUp`, once `world.gate` has resolved. */
function commitsUnderTest() {
  const requests: PartitionOffset[][] = [];
  const world = { isUp: true, gate: Promise.resolve() };
  const { logger, lines } = notedLines();
  const commits = new OffsetCommits(
    async (offsets) => {
      requests.push(offsets);
      await world.gate;
      if (!world.isUp) throw new Error('the broker is unreachable');
    },
    new RetryLog({ elapsed: () => 0 }, logger, 'not yet'),
  );
  return { commits, requests, world, lines };
}

/** A broker that answers when the test says so. */
function heldBack(world: { isUp: boolean; gate: Promise<void> }, isUp: boolean) {
  const { promise, resolve } = Promise.withResolvers<void>();
  world.gate = promise;
  world.isUp = isUp;
  return resolve;
}

it('offsets noted close together are committed in one request, the latest of each partition', async () => {
  const { commits, requests } = commitsUnderTest();
  commits.note('loans', 0, '5');
  commits.note('loans', 1, '7');
  commits.note('loans', 0, '9');
  expect(requests).toEqual([]);
  await waitFor(() => requests.length > 0);
  expect(requests).toEqual([
    [
      { topic: 'loans', partition: 0, offset: '9' },
      { topic: 'loans', partition: 1, offset: '7' },
    ],
  ]);
});

it('closing commits due offsets at once, and nothing afterwards', async () => {
  const { commits, requests } = commitsUnderTest();
  const others = commitsUnderTest();
  commits.note('loans', 0, '5');
  await commits.close();
  expect(requests).toHaveLength(1);
  commits.note('loans', 1, '6');
  others.commits.note('loans', 1, '6');
  await waitFor(() => others.requests.length > 0);
  expect(requests).toHaveLength(1);
});

it('a forgotten offset is not committed', async () => {
  const { commits, requests } = commitsUnderTest();
  commits.note('loans', 0, '5');
  commits.forget();
  commits.note('loans', 1, '6');
  await waitFor(() => requests.length > 0);
  expect(requests).toEqual([[{ topic: 'loans', partition: 1, offset: '6' }]]);
});

it('a failed commit is retried with the newest offsets, even if none is noted meanwhile', async () => {
  const { commits, requests, world, lines } = commitsUnderTest();
  const answer = heldBack(world, false);
  commits.note('loans', 0, '5');
  commits.note('loans', 1, '7');
  await waitFor(() => requests.length > 0);
  commits.note('loans', 1, '8');
  answer();
  await waitFor(() => requests.length > 1);
  world.isUp = true;
  await waitFor(() => requests.length > 2);
  const again = [
    { topic: 'loans', partition: 1, offset: '8' },
    { topic: 'loans', partition: 0, offset: '5' },
  ];
  expect(requests.slice(1).map((offsets) => new Set(offsets))).toEqual([new Set(again), new Set(again)]);
  await commits.close();
  expect(lines).toEqual(['warn not yet', 'debug not yet', 'info background work succeeds again']);
});

it('commits never overlap: an older offset never follows a newer one', async () => {
  const { commits, requests, world } = commitsUnderTest();
  const others = commitsUnderTest();
  const answer = heldBack(world, true);
  commits.note('loans', 0, '5');
  await waitFor(() => requests.length > 0);
  commits.note('loans', 0, '6');
  others.commits.note('loans', 0, '6');
  await waitFor(() => others.requests.length > 0);
  expect(requests).toHaveLength(1);
  answer();
  await waitFor(() => requests.length > 1);
  expect(requests.flat().map(({ offset }) => offset)).toEqual(['5', '6']);
});

it.each(['forget', 'close'] as const)('a commit that fails after %s is not retried', async (end) => {
  const { commits, requests, world } = commitsUnderTest();
  const others = commitsUnderTest();
  const answer = heldBack(world, false);
  commits.note('loans', 0, '5');
  await waitFor(() => requests.length > 0);
  const ended = commits[end]();
  answer();
  await ended;
  others.commits.note('loans', 0, '6');
  await waitFor(() => others.requests.length > 0);
  expect(requests).toHaveLength(1);
});
