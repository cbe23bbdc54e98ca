/** A dead letter as stored on its topic, and the messages derived from it. */
import {
  DEAD_LETTER_PREFIX,
  DEAD_LETTER_HEADERS as HEADERS,
  type LetterSettlement,
  readCustomerId,
  readVersion,
} from '@mo/contracts';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** The place of the original message. */
interface LetterOrigin {
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
}

export interface Letter {
  /** The place of the letter. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Null if something other than a follower wrote to the topic. */
  readonly origin: LetterOrigin | null;
  readonly reason: string;
  readonly follower: string;
  readonly customerId: number | null;
  readonly version: number | null;
  readonly type: string | null;
  /** When it was quarantined, in ms since the epoch. */
  readonly atMs: number;
  /** Whether key, value and headers are complete, so that it can be replayed. */
  readonly isWhole: boolean;
  /** The bytes of the message that the letter lacks, because Kafka refused them; null if it lacks none. */
  readonly omittedBytes: number | null;
  readonly message: KafkaMessage;
}

/** The letter that a notice refers to. */
export interface Notice {
  readonly partition: number;
  readonly offset: string;
}

/** Reads a notice; null for a letter. */
export function readNotice({ headers }: KafkaMessage): Notice | null {
  if (text(headers, HEADERS.settled) === null) return null;
  const partition = /^\d{1,9}$/.exec(text(headers, HEADERS.letterPartition) ?? '')?.[0] ?? '-1';
  const offset = /^\d{1,18}$/.exec(text(headers, HEADERS.letterOffset) ?? '')?.[0] ?? '-1';
  return { partition: Number(partition), offset };
}

export function readLetter(topic: string, partition: number, message: KafkaMessage): Letter {
  const { headers, key, offset, timestamp } = message;
  const origin = {
    topic: text(headers, HEADERS.sourceTopic),
    partition: text(headers, HEADERS.sourcePartition),
    offset: text(headers, HEADERS.sourceOffset),
  };
  const omitted = text(headers, HEADERS.omittedBytes);
  const hasOrigin = origin.topic !== null && origin.partition !== null && origin.offset !== null;
  return {
    topic,
    partition,
    offset,
    origin: hasOrigin ? (origin as LetterOrigin) : null,
    reason: text(headers, HEADERS.reason) ?? 'no follower wrote this',
    follower: text(headers, HEADERS.follower) ?? 'unknown',
    customerId: readCustomerId(text(headers, 'ce_subject')) ?? readCustomerId(key?.toString()),
    version: readVersion(text(headers, 'ce_sequence')),
    type: text(headers, 'ce_type'),
    atMs: Number(timestamp),
    isWhole: hasOrigin && omitted === null,
    omittedBytes: omitted === null ? null : Number(omitted),
    message,
  };
}

/** The original message, byte for byte. */
export function originalOf({ message: { key, value, headers } }: Letter): Message {
  const entries = Object.entries(headers ?? {}).filter(([name]) => !name.startsWith(DEAD_LETTER_PREFIX));
  return { key, value, headers: Object.fromEntries(entries) };
}

/** A notice next to the letter that records how the letter was settled. */
export function noticeOf({ origin, partition, offset, message }: Letter, settlement: LetterSettlement): Message {
  const source = origin === null ? {} : sourceHeaders(origin);
  return {
    key: message.key,
    value: null,
    partition,
    headers: {
      [HEADERS.settled]: settlement,
      [HEADERS.letterPartition]: String(partition),
      [HEADERS.letterOffset]: offset,
      ...source,
    },
  };
}

const sourceHeaders = ({ topic, partition, offset }: LetterOrigin): Record<string, string> => ({
  [HEADERS.sourceTopic]: topic,
  [HEADERS.sourcePartition]: partition,
  [HEADERS.sourceOffset]: offset,
});

function text(headers: IHeaders | undefined, name: string): string | null {
  const header = headers?.[name];
  return header === undefined || header === null ? null : String(header);
}
