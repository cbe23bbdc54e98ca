/**
 * Dead letters: messages that a follower can't understand, or whose effect throws. A letter is the message, its key, value
 * and headers untouched, with headers of its own that say why, by whom and where from. What becomes of a letter is told
 * on the same topic by a notice, which names the letter and its origin: followers end what they keep of it.
 */

/** The topic of what could not be understood of a topic. */
export const deadLetterTopicOf = (topic: string): string => `${topic}.dlq`;

/** What the headers that a letter has beside its message's own begin with. */
export const DEAD_LETTER_PREFIX = 'mo_';

export const DEAD_LETTER_HEADERS = {
  reason: 'mo_reason',
  /** The consumer group of the follower that put it aside: each that follows the topic may. */
  follower: 'mo_follower',
  sourceTopic: 'mo_source_topic',
  sourcePartition: 'mo_source_partition',
  sourceOffset: 'mo_source_offset',
  /** Kafka refuses the letter for its size: key, value and other headers are left out, so many bytes of key and value. */
  omittedBytes: 'mo_omitted_bytes',
  /** On a notice: what became of the letter, one of {@link SETTLEMENTS}. */
  settled: 'mo_settled',
  letterPartition: 'mo_letter_partition',
  letterOffset: 'mo_letter_offset',
} as const;

/** A letter was sent to its source topic again, or will never be. */
export const SETTLEMENTS = ['replayed', 'dismissed'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** Reads what names a customer: a positive integer that a number holds exactly; null where it isn't one. */
export function readCustomerId(text: string | null | undefined): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text ?? '') ? Number(text) : null;
  return id !== null && Number.isSafeInteger(id) ? id : null;
}

/** Reads a version, likewise; it has at most 15 digits. */
export function readVersion(text: string | null | undefined): number | null {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null;
}
