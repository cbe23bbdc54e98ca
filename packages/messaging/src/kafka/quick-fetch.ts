/**
 * kafkajs 2.2.4 copies all headers of a record once per header, and creates a dozen other objects for each record: see
 * docs/decisions/0031. This patch makes it decode fetch responses in one pass.
 */
import { decodeFetch } from './fetch-response.ts';
import { requestKind } from './request-kind.ts';

interface Call {
  readonly request: unknown;
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown>; readonly parse: unknown };
}

/** The newest version that kafkajs knows; every broker since 2.3 supports it. */
const VERSION = 11;

/** The kafkajs object, patched: older versions and formats, and compressed batches, are still decoded by kafkajs. */
export const Fetch = requestKind<object, Call>('fetch');
/** The original of kafkajs. */
export const protocolBefore = Fetch.protocol;

Fetch.protocol = ({ version }) => {
  const make = protocolBefore({ version });
  if (Number(version) !== VERSION) return make;
  return (options) => {
    const call = make(options);
    const decode = async (bytes: Buffer) => decodeFetch(bytes) ?? call.response.decode(bytes);
    return { ...call, response: { ...call.response, decode } };
  };
};
