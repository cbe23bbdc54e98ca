/** Fetched messages in the terms of the port. */
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { FetchedMessage } from './fetched-message.ts';
import type { IncomingMessage, RawMessage } from './port.ts';

/** Converts a message of kafkajs, with its parts as text. */
export function incoming(topic: string, partition: number, message: KafkaMessage): IncomingMessage {
  const { offset, key, value } = message;
  return {
    topic,
    partition,
    offset,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: message instanceof FetchedMessage ? message.headerTexts() : textsOf(message.headers),
    raw: new RawParts(message),
  };
}

/**
 * Creates its headers when they are read, because few messages are forwarded. It is a class, because a getter in an
 * object literal would put every message into old space (docs/decisions/0039). So `headers` is not an own property, and
 * a spread leaves it out.
 */
class RawParts implements RawMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #message: KafkaMessage;

  constructor(message: KafkaMessage) {
    this.key = message.key;
    this.value = message.value;
    this.#message = message;
  }

  get headers(): RawMessage['headers'] {
    return rawHeaders(this.#message.headers);
  }
}

const textsOf = (headers: IHeaders = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]));

/** Producers may leave out a key, a value, or the value of a header. */
const bytesOf = (part: Buffer | string | null | undefined): Buffer => Buffer.from(part ?? '');

const textOf = (value: IHeaders[string] | null): string => (Array.isArray(value) ? value.join() : String(value ?? ''));

function rawHeaders(headers: IHeaders = {}): RawMessage['headers'] {
  const entries = Object.entries(headers).map(([name, part]) => [
    name,
    Array.isArray(part) ? part.map(bytesOf) : bytesOf(part),
  ]);
  return Object.fromEntries(entries) as RawMessage['headers'];
}
