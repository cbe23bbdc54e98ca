/** Lists the open letters, each in one line. */
import { plain } from '@mo/command';
import type { Letter } from './letter.ts';
import type { LetterTopics } from './letter-topics.ts';
import { type Customer, isOf, standing } from './selection.ts';
import type { SettledLetters } from './settled-letters.ts';

/** Calls `tell` for each letter in sequence. @returns their number */
export async function list(
  topics: LetterTopics,
  settled: SettledLetters,
  customer: Customer,
  tell: (letter: Letter) => Promise<void>,
): Promise<number> {
  let count = 0;
  await topics.read(async (topic, partition, messages) => {
    for (const letter of standing(topic, partition, messages, settled)) {
      if (!isOf(letter, customer)) continue;
      count += 1;
      await tell(letter);
    }
    return null;
  });
  return count;
}

/** A letter in one line, without control characters that could affect the terminal. */
export function lineOf(letter: Letter, nowMs: number): string {
  const { origin, topic, partition, offset, customerId, version, type, atMs, omittedBytes, follower, reason } = letter;
  const place = origin === null ? `${topic}/${partition}/${offset}` : Object.values(origin).join('/');
  const parts = [
    place,
    customerId === null ? 'no customer' : `customer ${customerId}`,
    type ?? 'no type',
    version === null ? 'no version' : `version ${version}`,
    `${ageOf(nowMs - atMs)} old`,
    ...(omittedBytes === null ? [] : [`cannot be put back: ${omittedBytes} bytes omitted`]),
    `${follower}: ${reason}`,
  ];
  return plain(parts.join('  '));
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

function ageOf(ms: number): string {
  for (const [unit, unitMs] of UNITS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return `${Math.max(0, Math.floor(ms / 1000))} s`;
}
