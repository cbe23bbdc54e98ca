/**
 * Dead letters: messages that a follower can't decode, or whose processing throws. A letter is the message with its
 * key, value and headers unchanged, plus headers with the reason, the follower and the origin. When a letter is
 * settled, a notice on the same topic names the letter and its origin, so that followers discard what they store about
 * it.
 */

/** The topic of dead letters of a topic. */
export const deadLetterTopicOf = (topic: string): string => `${topic}.dlq`;

/** The prefix of the headers that a letter has in addition to those of its message. */
export const DEAD_LETTER_PREFIX = 'mo_';

export const DEAD_LETTER_HEADERS = {
  reason: 'mo_reason',
  /** The consumer group of the follower that sent the letter. Several followers may send one for the same message. */
  follower: 'mo_follower',
  sourceTopic: 'mo_source_topic',
  sourcePartition: 'mo_source_partition',
  sourceOffset: 'mo_source_offset',
  /**
   * Only if Kafka rejects the whole letter for its size: the bytes of the value, which is left out together with the
   * message's headers. A key that is too long for a customer id is left out and counted too.
   */
  omittedBytes: 'mo_omitted_bytes',
  /** On a notice: the outcome, one of {@link LETTER_SETTLEMENTS}. */
  settled: 'mo_settled',
  letterPartition: 'mo_letter_partition',
  letterOffset: 'mo_letter_offset',
} as const;

/** The message was sent to its source topic again, or will never be. */
export const LETTER_SETTLEMENTS = ['replayed', 'dismissed'] as const;
export type LetterSettlement = (typeof LETTER_SETTLEMENTS)[number];

/** Parses a customer id: a positive safe integer; null if the text isn't one. */
export function readCustomerId(text: string | null | undefined): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text ?? '') ? Number(text) : null;
  return id !== null && Number.isSafeInteger(id) ? id : null;
}

/** Parses a version: a positive integer of at most 15 digits; null if the text isn't one. */
export function readVersion(text: string | null | undefined): number | null {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null;
}
