/** The number of partitions that was in use is derived from the events' partitions, as far as these determine it. */
import { partitionOf } from '@mo/messaging';
import { Placement, type Raise } from '../src/placement.ts';

const BACKUP = 4;
const customers = (first: number, count: number) => Array.from({ length: count }, (_, place) => String(first + place));

/** What a topic with `has` partitions shows; each list of keys was sent with its number of partitions in use. */
function shown(from: number | null, has: number, sent: readonly (readonly [inUse: number, keys: string[]])[]) {
  const ends = Array.from({ length: has }, (_, partition) => ({ partition, offset: '0' }));
  const placement = new Placement(from, ends);
  for (const [inUse, keys] of sent) for (const key of keys) placement.add({ key, partition: partitionOf(key, inUse) });
  return placement.raise();
}

it('shows no raise if nothing is beyond the partitions of the backup, even if the topic has more', () => {
  expect(shown(BACKUP, BACKUP, [[BACKUP, customers(1, 100)]])).toBeNull();
  expect(shown(BACKUP, 12, [[BACKUP, customers(1, 100)]])).toBeNull();
});

it.each([
  ['all that the topic has', 8],
  ['fewer than somebody has added to the topic', 12],
])('finds the raised number: %s', (_, has) => {
  const sent = [
    [BACKUP, customers(1, 100)],
    [8, customers(50, 100)],
  ] as const;
  expect(shown(BACKUP, has, sent)).toEqual<Raise>({ from: BACKUP, to: 8, basis: 'events' });
});

it('finds the last of several raised numbers', () => {
  const sent = [
    [BACKUP, customers(1, 100)],
    [6, customers(1, 100)],
    [9, customers(1, 100)],
  ] as const;
  expect(shown(BACKUP, 12, sent)).toEqual<Raise>({ from: BACKUP, to: 9, basis: 'events' });
});

it('finds the number for a backup without one', () => {
  expect(shown(null, 12, [[8, customers(1, 100)]])).toEqual<Raise>({ from: null, to: 8, basis: 'events' });
  expect(shown(null, 12, [])).toBeNull();
});

it('guesses the number of the topic, and reports the guess, if several or no numbers explain the events', () => {
  // Six and seven partitions place this customer alike.
  const alike = customers(1, 100_000).find((key) => partitionOf(key, 6) === 4 && partitionOf(key, 7) === 4) ?? '';
  expect(shown(BACKUP, 7, [[7, [alike]]])).toEqual<Raise>({ from: BACKUP, to: 7, basis: 'guess' });
  const top = customers(1, 1_000).filter((key) => partitionOf(key, 7) === 6 || partitionOf(key, 8) === 6);
  const sent = [
    [7, top],
    [8, top.filter((key) => partitionOf(key, 8) !== 7)],
  ] as const;
  expect(shown(BACKUP, 8, sent)).toEqual<Raise>({ from: BACKUP, to: 8, basis: 'guess' });
});
