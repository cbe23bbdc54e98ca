/** What callers learn about their rate. */
import { rateHeaders } from '../src/rates/meter.ts';

const headersOf = (rate: number, left: number) =>
  rateHeaders({ rate, take: () => ({ waitMs: 0, left }) }, { waitMs: 0, left });

it.each([
  [100, 0, 'q=100;w=1', 'r=0;t=1'],
  [0.5, 0, 'q=1;w=2', 'r=0;t=2'],
  [0.5, 1, 'q=1;w=2', 'r=1;t=1'],
  [0.01, 0, 'q=1;w=100', 'r=0;t=100'],
  [0.01, 1, 'q=1;w=100', 'r=1;t=1'],
])(
  'of a rate of %d with %d left are the quota and the seconds until it is whole again',
  (rate, left, policy, limit) => {
    expect(headersOf(rate, left)).toEqual(['ratelimit-policy', `"key";${policy}`, 'ratelimit', `"key";${limit}`]);
  },
);
