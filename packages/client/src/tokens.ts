/**
 * The consistency tokens, one for each customer. An answer that concerns one customer carries a token of what it has seen;
 * sent with a later request, that request sees at least as much, whichever service answers. The API merges the token that
 * it is sent into the one that it gives; only answers that cross each other have to be merged here.
 */
import { LruMap } from './lru.ts';

/** Customers whose tokens are kept. */
const CUSTOMERS_MAX = 10_000;
/** Names of customers, and loans, of which it is kept whose they are. */
const OWNERS_MAX = 20_000;

const TOKEN = /^1\.([1-9]\d{0,14})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/;

interface CustomerNames {
  readonly customerId?: number | undefined;
  /** The customer's external_id. */
  readonly customer?: string | undefined;
}

/** Whom a request is about. */
export interface Subject extends CustomerNames {
  readonly loanId?: number | undefined;
}

/** A customer, and loans of it, as an answer names them. */
export interface Ownership extends CustomerNames {
  readonly loanIds?: readonly number[];
}

export class Tokens {
  readonly #tokens = new LruMap<number, string>(CUSTOMERS_MAX);
  readonly #owners = new LruMap<string, number>(OWNERS_MAX);

  /** The token to send with a request about someone; undefined where none is known. */
  find(subject: Subject): string | undefined {
    const id = this.#customerOf(subject);
    return id === undefined ? undefined : this.#tokens.get(id);
  }

  #customerOf({ customerId, customer, loanId }: Subject): number | undefined {
    if (customerId !== undefined) return customerId;
    const byName = customer === undefined ? undefined : this.#owners.get(`customer ${customer}`);
    return byName ?? (loanId === undefined ? undefined : this.#owners.get(`loan ${loanId}`));
  }

  /** Takes the token of an answer into account. One that is not of this format is left alone. */
  learn(token: string | null): void {
    const customerId = Number(TOKEN.exec(token ?? '')?.[1]);
    if (token === null || Number.isNaN(customerId)) return;
    const known = this.#tokens.get(customerId);
    this.#tokens.set(customerId, known === undefined ? token : mergeTokens(known, token));
  }

  /** Notes which customer has a name and some loans. */
  note({ customerId, customer, loanIds = [] }: Ownership): void {
    if (customerId === undefined) return;
    if (customer !== undefined) this.#owners.set(`customer ${customer}`, customerId);
    for (const loanId of loanIds) this.#owners.set(`loan ${loanId}`, customerId);
  }
}

/** The least that has seen all of both, which are tokens of the same customer. */
export function mergeTokens(one: string, other: string): string {
  const [format, customer, ...versions] = one.split('.');
  const others = other.split('.').slice(2);
  const latest = versions.map((version, place) => Math.max(Number(version), Number(others[place])));
  return [format, customer, ...latest].join('.');
}
