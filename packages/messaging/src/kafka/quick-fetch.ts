/**
 * kafkajs 2.2.4 copies the headers of a record as often as it has headers, and makes a dozen objects for it beside: see
 * docs/decisions/0031. This has it decode what is fetched at once.
 */
import { decodeFetch } from './fetch-response.ts';
import { requestKind } from './request-kind.ts';

interface Call {
  readonly request: unknown;
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown>; readonly parse: unknown };
}

/** The newest that kafkajs knows, and that every broker since 2.3 speaks. */
const VERSION = 11;

/** Kafkajs's own, mended: it decodes older versions and formats, and what is compressed, as it always did. */
export const Fetch = requestKind<object, Call>('fetch');
/** As kafkajs makes it. */
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
