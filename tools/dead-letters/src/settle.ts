/**
 * Settles letters: puts them back on their source topics, or dismisses them. Beside each letter goes a notice, which ends
 * what followers keep of it; a letter whose notice is there is never put back again. Where all up to a place is settled,
 * the group's offset moves past it. A crash between sending and noting puts some back again, which followers skip.
 */
import type { Settlement } from '@mo/contracts';
import { type Letter, noticeOf, originalOf } from './letter.ts';
import type { LetterTopics } from './letter-topics.ts';
import { type Customer, isOf, standing } from './selection.ts';
import type { SettledLetters } from './settled-letters.ts';

/** Letters that are sent and noted together. */
const LETTERS_AT_ONCE_MAX = 100;
/** Letters of one message by several followers are put back once; so many are remembered, more may go twice. */
const ORIGINS_MAX = 100_000;

export interface Settled {
  /** Letters that were put back or dismissed. */
  letters: number;
  /** Messages that were put back; several followers may have written a letter of the same. */
  messages: number;
  /** Letters that were meant, but can't be put back. */
  left: number;
}

export interface SettleOptions {
  readonly topics: LetterTopics;
  readonly settled: SettledLetters;
  readonly customer: Customer;
  readonly settlement: Settlement;
  /** Told of a letter that can't be put back. */
  readonly onLeft: (letter: Letter) => void;
  /** Told how many messages were looked at. */
  readonly onRead: (messages: number) => void;
}

/** Settles the letters that are meant. @throws CommandError in the middle: what was noted by then is settled */
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

/** A letter goes back to the topic that its own belongs to, and nowhere else. */
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
