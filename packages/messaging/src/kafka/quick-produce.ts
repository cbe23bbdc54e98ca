/**
 * kafkajs 2.2.4 encodes a record in a dozen buffers of 512 bytes, and copies their contents from one to the next: see
 * docs/decisions/0031. This patch makes it send the same bytes, written once.
 */
import kafkajs from 'kafkajs';
import { encodeProduce, type ProduceOptions } from './produce-request.ts';
import { requestKind } from './request-kind.ts';

interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

type Options = ProduceOptions & { readonly compression?: number };

interface Call {
  readonly request: { readonly encode: () => Promise<Encoded> };
  readonly response: unknown;
}

/** The first version whose messages are record batches. */
const VERSION_MIN = 3;

/** The kafkajs object, patched: messages with timestamps, and compression, are still encoded by kafkajs. */
export const Produce = requestKind<Options, Call>('produce');
/** The original of kafkajs. */
export const protocolBefore = Produce.protocol;

Produce.protocol = ({ version }) => {
  const make = protocolBefore({ version });
  if (Number(version) < VERSION_MIN) return make;
  return (options) => {
    const call = make(options);
    return isPlain(options) ? { ...call, request: { ...call.request, encode: () => encode(options) } } : call;
  };
};

async function encode(options: Options): Promise<Encoded> {
  const bytes = encodeProduce(options, Date.now());
  return { buf: bytes, buffer: bytes };
}

function isPlain({ compression = kafkajs.CompressionTypes.None, topicData }: Options): boolean {
  if (compression !== kafkajs.CompressionTypes.None) return false;
  return topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
  );
}
