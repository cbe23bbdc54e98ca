/**
 * The latest consistency token of each customer. An answer that concerns one customer carries a token of the state it
 * has seen. A later request with this token sees at least that state, whichever service answers. The API merges the
 * token of a request into the token of its answer, so only the tokens of concurrent answers have to be merged here.
 */
import { LruMap } from './lru.ts';

/** The most customers whose tokens are kept. */
const CUSTOMERS_MAX = 10_000;
/** The most external ids and loans whose customer is remembered. */
const OWNERS_MAX = 20_000;

const TOKEN = /^1\.([1-9]\d{0,14})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/;

interface CustomerNames {
  readonly customerId?: number | undefined;
  /** The customer's external_id. */
  readonly customer?: string | undefined;
}

/** The customer or loan that a request is about. */
export interface Subject extends CustomerNames {
  readonly loanId?: number | undefined;
}

/** A customer and some of its loans, as found in an answer. */
export interface Ownership extends CustomerNames {
  readonly loanIds?: readonly number[];
}

export class Tokens {
  readonly #tokens = new LruMap<number, string>(CUSTOMERS_MAX);
  readonly #owners = new LruMap<string, number>(OWNERS_MAX);

  /** The token to send with a request about a subject; undefined if none is known. */
  find(subject: Subject): string | undefined {
    const id = this.#customerOf(subject);
    return id === undefined ? undefined : this.#tokens.get(id);
  }

  #customerOf({ customerId, customer, loanId }: Subject): number | undefined {
    if (customerId !== undefined) return customerId;
    const byName = customer === undefined ? undefined : this.#owners.get(`customer ${customer}`);
    return byName ?? (loanId === undefined ? undefined : this.#owners.get(`loan ${loanId}`));
  }

  /** Merges the token of an answer into the known one. A token in another format is ignored. */
  learn(token: string | null): void {
    const customerId = Number(TOKEN.exec(token ?? '')?.[1]);
    if (token === null || Number.isNaN(customerId)) return;
    const known = this.#tokens.get(customerId);
    this.#tokens.set(customerId, known === undefined ? token : mergeTokens(known, token));
  }

  /** Remembers the customer of an external id and of some loans. */
  note({ customerId, customer, loanIds = [] }: Ownership): void {
    if (customerId === undefined) return;
    if (customer !== undefined) this.#owners.set(`customer ${customer}`, customerId);
    for (const loanId of loanIds) this.#owners.set(`loan ${loanId}`, customerId);
  }
}

/** The lowest token that covers both. @param other a token of the same customer */
export function mergeTokens(one: string, other: string): string {
  const [format, customer, ...versions] = one.split('.');
  const others = other.split('.').slice(2);
  const latest = versions.map((version, place) => Math.max(Number(version), Number(others[place])));
  return [format, customer, ...latest].join('.');
}
