/**
 * Quarantine: an event that can't be understood, or whose effect throws, makes its customer wait, and nobody else. It is
 * written down, where the customer is marked as behind, and stands until the account has applied that version: because a
 * pull got the event from its owner, because newer software understands it, or because it was put back. So it is state of
 * the service, the same for every process and after every restart.
 */
import type { Settlement, Stream } from '@mo/contracts';

/** Where Kafka keeps a message. */
export interface MessagePlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** An event that can't take effect, and as much of it as could be read. */
export interface Quarantined {
  readonly stream: Stream;
  /** Null where its customer can't be read. */
  readonly customerId: number | null;
  /** Null where its version can't be read. */
  readonly version: number | null;
  readonly reason: string;
  /** Null where it was pulled. */
  readonly source: MessagePlace | null;
}

/** What became of a dead letter, by the place of the message that it tells of. */
export interface SettledLetter {
  readonly source: MessagePlace;
  readonly settlement: Settlement;
}

const REASON_CHARACTERS_MAX = 1_000;

/** A reason as it is written down and sent on: one line, of bounded length, whatever an event made a message say. */
export const reasonText = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, REASON_CHARACTERS_MAX);
