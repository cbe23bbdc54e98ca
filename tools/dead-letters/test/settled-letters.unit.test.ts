import type { OffsetRange, TakeMessages } from '@mo/messaging';
import type { KafkaMessage } from 'kafkajs';
import { SettledLetters } from '../src/settled-letters.ts';

const TOPIC = 'mo.loans.dlq';
/** More than could be kept in memory as objects. */
const NOTICES = 1_500_000;
const NOTICES_AT_ONCE = 1_000;

/** A notice for a letter, of partition 0 by default. */
const notice = (letter: number | string, partition = '0') =>
  ({
    offset: '0',
    headers: { mo_settled: 'dismissed', mo_letter_partition: partition, mo_letter_offset: String(letter) },
  }) as unknown as KafkaMessage;

/** Topics that read offsets `from` to `to` of partition 0 and contain these messages. */
const topics = (from: number, to: number, batches: () => Iterable<readonly KafkaMessage[]>) => ({
  ranges: [{ topic: TOPIC, partition: 0, from: BigInt(from), to: BigInt(to) }] satisfies OffsetRange[],
  read: async (take: TakeMessages) => {
    for (const messages of batches()) await take(TOPIC, 0, messages);
  },
});

it('a letter is settled if there is a notice for it', async () => {
  const settled = await SettledLetters.read(topics(90, 120, () => [[notice(90), notice(101)], [notice(119)]]));
  const offsets = Array.from({ length: 30 }, (_, place) => 90 + place);
  expect(offsets.filter((offset) => settled.has(TOPIC, 0, String(offset)))).toEqual([90, 101, 119]);
  expect(settled.has(TOPIC, 1, '101')).toBe(false);
  expect(settled.has('mo.payments.dlq', 0, '101')).toBe(false);
});

it('notices for letters outside the range are ignored', async () => {
  const others = [notice(89), notice(120), notice(100, '1'), notice(0), notice('999999999999999999'), notice('no')];
  const settled = await SettledLetters.read(topics(90, 120, () => [others, [notice(118)]]));
  const offsets = Array.from({ length: 30 }, (_, place) => 90 + place);
  expect(offsets.filter((offset) => settled.has(TOPIC, 0, String(offset)))).toEqual([118]);
});

it.each([
  ['below the committed offset', 500],
  ['after a letter that cannot be put back', 0],
])('any number of notices for letters %s leaves the other letters readable', async (_where, from) => {
  const letters = Array.from({ length: NOTICES_AT_ONCE }, (_, place) => notice(1 + (place % 499)));
  const settled = await SettledLetters.read(
    topics(from, 1_000, function* () {
      for (let notices = 0; notices < NOTICES; notices += letters.length) yield letters;
      yield [notice(501)];
    }),
  );
  expect(settled.has(TOPIC, 0, '501')).toBe(true);
  expect(settled.has(TOPIC, 0, '500')).toBe(false);
  expect(settled.has(TOPIC, 0, '0')).toBe(false);
});
