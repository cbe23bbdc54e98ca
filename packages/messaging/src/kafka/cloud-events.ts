/**
 * Events on Kafka: CloudEvents 1.0, Kafka protocol binding, binary mode. The attributes are `ce_` headers; the value is
 * the data as JSON. All events of a customer have the same key, so that they keep their order.
 */
import { isUtf8 } from 'node:buffer';
import {
  dataSchemaOf,
  EVENT_SOURCES,
  EVENT_TYPES,
  type EventType,
  readCustomerId,
  readVersion,
  type SeenVersions,
  STREAMS,
  type Stream,
  type StreamEvent,
  streamEvent,
} from '@mo/contracts';
import { acceptTraceparent } from '@mo/service-kit';
import type { z } from 'zod';
import type { IncomingMessage, OutgoingMessage } from './port.ts';

/** An event as it is stored in the journal; `data` and `seen` are JSON text. */
export interface JournalRow {
  readonly customer_id: string;
  readonly version: string;
  /** Possibly a type unknown to this version, because a process of another version may have written it. */
  readonly type: string;
  readonly data: string;
  readonly seen: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly traceparent: string | null;
}

/** The known types' schemas. */
const DATA_SCHEMAS = Object.fromEntries(Object.keys(EVENT_TYPES).map((type) => [type, dataSchemaOf(type)])) as Readonly<
  Record<EventType, string>
>;
const JSON_TYPE = 'application/json';
/** Media types are case-insensitive (https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1). */
const JSON_WITH_PARAMETERS = /^application\/json\s*(;|$)/i;

export function toMessage(stream: Stream, row: JournalRow): OutgoingMessage {
  const seen = formatSeen(JSON.parse(row.seen) as SeenVersions);
  return {
    key: row.customer_id,
    value: row.data,
    headers: {
      ce_specversion: '1.0',
      ce_id: `${stream}-${row.customer_id}-${row.version}`,
      ce_source: EVENT_SOURCES[stream],
      ce_type: row.type,
      ce_time: row.time,
      ce_subject: row.customer_id,
      ce_sequence: row.version,
      ...(seen === '' ? {} : { ce_seen: seen }),
      ce_dataschema: dataSchemaOf(row.type),
      ...(row.traceparent === null ? {} : { ce_traceparent: row.traceparent }),
      'content-type': JSON_TYPE,
    },
  };
}

/**
 * Reads a message as an event of the stream.
 *
 * @returns the event, or a sentence with the reason why it can't be understood
 */
export function fromMessage(
  stream: Stream,
  message: Pick<IncomingMessage, 'key' | 'headers' | 'value'> & Partial<Pick<IncomingMessage, 'raw'>>,
): StreamEvent | string {
  const { headers, value, raw } = message;
  if (headers.ce_specversion !== '1.0') return `ce_specversion is ${headers.ce_specversion ?? 'missing'}, not 1.0`;
  const seen = parseSeen(headers.ce_seen ?? '');
  if (seen === null) return 'ce_seen is not a list of versions';
  if (raw?.value != null && !isUtf8(raw.value)) return 'the data is not UTF-8';
  const data = parseData(value);
  if (data === undefined) return 'the data is not JSON';
  const result = streamEvent.safeParse({
    stream,
    customer_id: Number(headers.ce_subject),
    version: Number(headers.ce_sequence),
    type: headers.ce_type,
    data,
    seen,
    time: headers.ce_time,
    traceparent: acceptTraceparent(headers.ce_traceparent),
  });
  if (!result.success) return result.error.issues.map(faultOf).join('; ');
  if (result.data.data.customer_id !== result.data.customer_id) return 'ce_subject is not the customer_id of the data';
  return envelopeFault(message, result.data) ?? result.data;
}

/**
 * What is wrong with the key and the headers that repeat what the event says: a message where they differ was not
 * written by the stream's owner. Runs for each event, so the usual values are only compared.
 *
 * @returns null if nothing is
 */
function envelopeFault(
  { key, headers }: Pick<IncomingMessage, 'key' | 'headers'>,
  { stream, customer_id, version, type }: StreamEvent,
): string | null {
  if (key !== String(customer_id)) return 'the key is not the customer id in ce_subject';
  const id = `${stream}-${key}-${version}`;
  if (headers.ce_id !== id) return `ce_id is not ${id}`;
  const source = EVENT_SOURCES[stream];
  if (headers.ce_source !== source) return `ce_source is not ${source}`;
  const schema = DATA_SCHEMAS[type];
  if (headers.ce_dataschema !== schema) return `ce_dataschema is not ${schema}`;
  const contentType = headers['content-type'];
  if (contentType === JSON_TYPE || JSON_WITH_PARAMETERS.test(contentType ?? '')) return null;
  return `content-type is not ${JSON_TYPE}`;
}

/**
 * Reads a message like {@link fromMessage}, but keeps data fields unknown to this version, for forwarding the event.
 */
export function wholeFromMessage(stream: Stream, message: IncomingMessage): StreamEvent | string {
  const event = fromMessage(stream, message);
  return typeof event === 'string' ? event : { ...event, data: JSON.parse(message.value ?? '') };
}

/** The customer and version of a message, as far as they are readable, whatever else is wrong with the message. */
export function identityOf({ key, headers }: Pick<IncomingMessage, 'key' | 'headers'>): {
  customerId: number | null;
  version: number | null;
} {
  return {
    customerId: readCustomerId(headers.ce_subject) ?? readCustomerId(key),
    version: readVersion(headers.ce_sequence),
  };
}

/** The header of each member of the event. */
const HEADER_OF: Readonly<Record<string, string>> = {
  customer_id: 'ce_subject',
  version: 'ce_sequence',
  type: 'ce_type',
  time: 'ce_time',
};

/** A short description of what is wrong with a member of an event. */
export function faultOf({ path: [member, ...inner], message }: z.core.$ZodIssue): string {
  const name = String(member);
  return `${[HEADER_OF[name] ?? name, ...inner].join('.')}: ${message}`;
}

const formatSeen = (seen: SeenVersions): string =>
  STREAMS.flatMap((stream) => (seen[stream] === undefined ? [] : [`${stream}=${seen[stream]}`])).join(',');

const SEEN_ENTRY = new RegExp(`^(${STREAMS.join('|')})=(\\d{1,15})$`);

function parseSeen(text: string): SeenVersions | null {
  const seen: Partial<Record<Stream, number>> = {};
  if (text === '') return seen;
  for (const part of text.split(',')) {
    const entry = SEEN_ENTRY.exec(part);
    if (entry === null) return null;
    seen[entry[1] as Stream] = Number(entry[2]);
  }
  return seen;
}

function parseData(value: string | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value);
  } catch {
    return undefined;
  }
}
