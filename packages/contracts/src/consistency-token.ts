import { NO_VERSIONS, STREAMS, type Versions } from './streams.ts';

/**
 * The state of one customer that an answer reflects. A later request that carries the token sees at least that state.
 */
export interface ConsistencyToken {
  readonly customerId: number;
  readonly versions: Versions;
}

const TOKEN = new RegExp(`^1\\.([1-9]\\d{0,14})${'\\.(\\d{1,15})'.repeat(STREAMS.length)}$`);

/** Formats a token: format version, customer id, then the version of each stream. */
export function formatToken({ customerId, versions }: ConsistencyToken): string {
  return `1.${customerId}.${STREAMS.map((stream) => versions[stream]).join('.')}`;
}

/** Parses a token; null if the text isn't one. */
export function parseToken(text: string): ConsistencyToken | null {
  const match = TOKEN.exec(text);
  if (match === null) return null;
  const [, customerId, ...numbers] = match;
  const versions = { ...NO_VERSIONS };
  for (const [place, stream] of STREAMS.entries()) versions[stream] = Number(numbers[place]);
  return { customerId: Number(customerId), versions };
}

/** The lowest token that covers both; a token of another customer is ignored. */
export function mergeTokens(token: ConsistencyToken, other: ConsistencyToken | null): ConsistencyToken {
  if (other === null || other.customerId !== token.customerId) return token;
  const versions = { ...NO_VERSIONS };
  for (const stream of STREAMS) versions[stream] = Math.max(token.versions[stream], other.versions[stream]);
  return { customerId: token.customerId, versions };
}
