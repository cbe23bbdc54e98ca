/**
 * Quarantine: an event that can't be parsed, or whose effect throws, blocks its customer and no other. The event is
 * recorded, and its customer is marked as behind, until the account has applied that version: because a pull fetched
 * the event from its owner, because newer software can parse it, or because its dead letter was put back. So quarantine
 * is state of the service, the same for every process and after every restart.
 */
import type { LetterSettlement, Stream } from '@mo/contracts';

/** The place of a message in Kafka. */
export interface MessagePlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** An event that can't take effect, with those of its fields that could be read. */
export interface Quarantined {
  readonly stream: Stream;
  /** Null if its customer can't be read. */
  readonly customerId: number | null;
  /** Null if its version can't be read. */
  readonly version: number | null;
  readonly reason: string;
  /** Null if it was pulled. */
  readonly source: MessagePlace | null;
}

/** The settlement of a dead letter, by the place of the message that it describes. */
export interface SettledLetter {
  readonly source: MessagePlace;
  readonly settlement: LetterSettlement;
}

const REASON_CHARACTERS_MAX = 1_000;

/** A reason as it is stored and forwarded: one line of bounded length, because error messages may quote event data. */
export const reasonText = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, REASON_CHARACTERS_MAX);
