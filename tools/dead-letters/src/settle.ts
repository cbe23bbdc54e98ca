/**
 * Settles letters: replays them to their source topics, or dismisses them. For each settled letter, a notice on the
 * same topic makes followers discard their state of it, and prevents another replay. Where all letters below an offset
 * are settled, the group's offset advances. After a crash between replay and notice some letters are replayed again;
 * followers skip the duplicates.
 */
import type { LetterSettlement } from '@mo/contracts';
import { type Letter, noticeOf, originalOf } from './letter.ts';
import type { LetterTopics } from './letter-topics.ts';
import { type Customer, isOf, standing } from './selection.ts';
import type { SettledLetters } from './settled-letters.ts';

/** Letters per batch of sends and notices. */
const LETTERS_AT_ONCE_MAX = 100;
/**
 * Letters from several followers about one message are replayed once. Beyond this number of remembered origins, some
 * may be replayed twice.
 */
const ORIGINS_MAX = 100_000;

export interface Settled {
  /** Letters that were replayed or dismissed. */
  letters: number;
  /** Replayed messages; several followers may have written a letter about the same message. */
  messages: number;
  /** Selected letters that can't be replayed. */
  left: number;
}

export interface SettleOptions {
  readonly topics: LetterTopics;
  readonly settled: SettledLetters;
  readonly customer: Customer;
  readonly settlement: LetterSettlement;
  /** Called for each letter that can't be replayed. */
  readonly onLeft: (letter: Letter) => void;
  /** Called with the number of messages read. */
  readonly onRead: (messages: number) => void;
}

/** Settles the selected letters. @throws CommandError on a failure; letters with a notice by then are settled */
export async function settle(options: SettleOptions): Promise<Settled> {
  const { topics, settled, customer, settlement, onLeft, onRead } = options;
  const done: Settled = { letters: 0, messages: 0, left: 0 };
  const origins = new Set<string>();
  const withLeftOnes = new Set<string>();
  await topics.read(async (topic, partition, messages) => {
    const stand = standing(topic, partition, messages, settled);
    const meant = stand.filter((letter) => isOf(letter, customer));
    const able = meant.filter((letter) => settlement === 'dismissed' || canGoBack(letter));
    for (const letter of meant) if (!able.includes(letter)) onLeft(letter);
    for (let start = 0; start < able.length; start += LETTERS_AT_ONCE_MAX) {
      const some = able.slice(start, start + LETTERS_AT_ONCE_MAX);
      if (settlement === 'replayed') done.messages += await putBack(topics, some, origins);
      await topics.send(
        topic,
        some.map((letter) => noticeOf(letter, settlement)),
      );
      done.letters += some.length;
    }
    done.left += meant.length - able.length;
    onRead(messages.length);
    const last = messages.at(-1);
    if (able.length < stand.length) withLeftOnes.add(`${topic} ${partition}`);
    if (last === undefined || withLeftOnes.has(`${topic} ${partition}`)) return null;
    return String(BigInt(last.offset) + 1n);
  });
  return done;
}

/** A letter can be replayed only to the topic that its dead-letter topic belongs to. */
const canGoBack = ({ isWhole, origin, topic }: Letter): boolean => isWhole && topic === `${origin?.topic}.dlq`;

async function putBack(topics: LetterTopics, letters: readonly Letter[], origins: Set<string>): Promise<number> {
  const byOrigin = new Map(letters.map((letter) => [Object.values(letter.origin ?? {}).join('/'), letter]));
  const fresh = [...byOrigin].filter(([origin]) => !origins.has(origin));
  for (const [topic, some] of Map.groupBy(fresh, ([, { origin }]) => origin?.topic ?? ''))
    await topics.send(
      topic,
      some.map(([, letter]) => originalOf(letter)),
    );
  if (origins.size > ORIGINS_MAX) origins.clear();
  for (const [origin] of fresh) origins.add(origin);
  return fresh.length;
}
