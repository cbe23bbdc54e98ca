import { createLogger } from '@mo/service-kit';
import { OffsetCommits, type PartitionOffset } from '../src/kafka/offset-commits.ts';
import { waitFor } from '../src/testing/index.ts';

const logger = createLogger('test', 'silent');

/** Commits, and what was committed. */
function commitsUnderTest(fails = false) {
  const requests: PartitionOffset[][] = [];
  const commits = new OffsetCommits(async (offsets) => {
    requests.push(offsets);
    if (fails) throw new Error('the broker is away');
  }, logger);
  return { commits, requests };
}

it('what is noted within a moment is committed by one request, the latest offset of each partition', async () => {
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

it('who closes commits at once what is due, and nothing after', async () => {
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

it('what was forgotten is not committed', async () => {
  const { commits, requests } = commitsUnderTest();
  commits.note('loans', 0, '5');
  commits.forget();
  commits.note('loans', 1, '6');
  await waitFor(() => requests.length > 0);
  expect(requests).toEqual([[{ topic: 'loans', partition: 1, offset: '6' }]]);
});

it('a commit that fails keeps back none of those that follow', async () => {
  const { commits, requests } = commitsUnderTest(true);
  commits.note('loans', 0, '5');
  await waitFor(() => requests.length > 0);
  commits.note('loans', 0, '6');
  await waitFor(() => requests.length > 1);
  expect(requests.flat().map(({ offset }) => offset)).toEqual(['5', '6']);
});
