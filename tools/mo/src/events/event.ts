/** An event on a topic, of any type, including types that are newer than this command. */
import { plain } from '@mo/command';
import { readCustomerId, readVersion } from '@mo/contracts';
import type { KafkaMessage } from 'kafkajs';

export interface TailedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly id: string | null;
  readonly type: string | null;
  readonly time: string | null;
  readonly customer_id: number | null;
  readonly version: number | null;
  /** The versions of other streams on which it was decided, as in its header. */
  readonly seen: string | null;
  /** Parsed JSON, or the text if it is not JSON. */
  readonly data: unknown;
}

const TYPE_WIDTH = 18;
/** Members that are shown at the beginning of the line. */
const SHOWN_FIRST = new Set(['customer_id', 'customer_external_id']);

export function readEvent(
  topic: string,
  partition: number,
  { offset, key, value, headers }: KafkaMessage,
): TailedEvent {
  const header = (name: string): string | null => headers?.[name]?.toString() ?? null;
  return {
    topic,
    partition,
    offset,
    id: header('ce_id'),
    type: header('ce_type'),
    time: header('ce_time'),
    customer_id: readCustomerId(header('ce_subject')) ?? readCustomerId(key?.toString()),
    version: readVersion(header('ce_sequence')),
    seen: header('ce_seen'),
    data: parsed(value?.toString() ?? ''),
  };
}

/** The external_id of its customer, if the data contain it. */
export function customerNameOf({ data }: TailedEvent): string | null {
  const name = membersOf(data).customer_external_id;
  return typeof name === 'string' ? name : null;
}

/** Such as `2026-01-31T09:30:00.000Z  LoanTaken  customer 7 (ada)  version 2  loan_id=5 amount=600.00 …`. */
export function eventLine(event: TailedEvent): string {
  const { time, type, topic, customer_id: customerId, version, data } = event;
  const name = customerNameOf(event);
  const members = Object.entries(membersOf(data)).filter(
    ([member, value]) => !SHOWN_FIRST.has(member) && value !== null,
  );
  const parts = [
    time ?? 'no time',
    (type ?? topic).padEnd(TYPE_WIDTH),
    `customer ${customerId ?? '?'}${name === null ? '' : ` (${name})`}`,
    `version ${version ?? '?'}`,
    members
      .map(([member, value]) => `${member}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  ];
  return plain(parts.join('  ').trimEnd());
}

const membersOf = (data: unknown): Record<string, unknown> =>
  typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
