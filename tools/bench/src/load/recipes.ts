/** The sequence of requests that the callers of a scenario send. */
import type { Request } from '@mo/load';

export const KINDS = ['customer', 'loan', 'payment'] as const;
export type Kind = (typeof KINDS)[number];

/** A request, the kind of entity that it creates, and its expected status. */
export interface Wanted extends Request {
  /** Null for a read. */
  readonly creates: Kind | null;
  /** Determines the name of the created entity, see {@link nameOf}. */
  readonly number: number;
  readonly status: 200 | 201;
}

/** The kind of traffic. Plain data, because it is posted to the generator's thread. */
export type Recipe =
  | { readonly kind: 'customer' }
  | { readonly kind: 'loan'; readonly customerIds: readonly number[]; readonly amount: string }
  | {
      readonly kind: 'payment';
      readonly customerIds: readonly number[];
      readonly amount: string;
      /** One payment for each customer in order, then no more. */
      readonly once?: boolean;
    }
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'mixed'; readonly customerIds: readonly number[]; readonly amount: string };

const FAR_FUTURE = '2040-01-01T00:00:00Z';
const SCORE = '1000.00';

/** The percentage of each request kind in mixed traffic: 70 % are reads. */
const MIX = [
  ['payment', 14],
  ['loan', 12],
  ['customer', 4],
  ['balance', 35],
  ['loans?limit=20', 15],
  ['payments?limit=20', 10],
  ['', 10],
] as const;
const WHEEL = MIX.flatMap(([what, times]) => Array<(typeof MIX)[number][0]>(times).fill(what));

/** The external_id of an entity that a scenario creates. */
export const nameOf = (prefix: string, kind: Kind, number: number): string => `${prefix}${kind}-${number}`;

export class Recipes {
  readonly #recipe: Recipe;
  readonly #prefix: string;
  readonly #first: number;
  #next: number;

  /** @param first the number of the first request; numbers continue from load to load */
  constructor(recipe: Recipe, prefix: string, first: number) {
    this.#recipe = recipe;
    this.#prefix = prefix;
    this.#first = first;
    this.#next = first;
  }

  /** The number of the next request. */
  get nextNumber(): number {
    return this.#next;
  }

  /** The next request; null if there are no more. */
  next(): Wanted | null {
    const recipe = this.#recipe;
    const place = this.#next - this.#first;
    switch (recipe.kind) {
      case 'customer':
        return this.#create('customer', { score: SCORE });
      case 'loan':
        return this.#loan(oneOf(recipe.customerIds), recipe.amount);
      case 'payment': {
        if (recipe.once !== true) return this.#payment(oneOf(recipe.customerIds), recipe.amount);
        const customerId = recipe.customerIds[place];
        return customerId === undefined ? null : this.#payment(customerId, recipe.amount);
      }
      case 'read':
        return this.#read(recipe.paths[place % recipe.paths.length] as string);
      case 'mixed':
        return this.#mixed(recipe.customerIds, recipe.amount);
      default:
        return recipe satisfies never;
    }
  }

  #mixed(customerIds: readonly number[], amount: string): Wanted {
    const what = oneOf(WHEEL);
    const customerId = oneOf(customerIds);
    switch (what) {
      case 'customer':
        return this.#create('customer', { score: SCORE });
      case 'loan':
        return this.#loan(customerId, amount);
      case 'payment':
        return this.#payment(customerId, amount);
      case '':
        return this.#read(`/api/customers/${customerId}`);
      case 'balance':
      case 'loans?limit=20':
      case 'payments?limit=20':
        return this.#read(`/api/customers/${customerId}/${what}`);
      default:
        return what satisfies never;
    }
  }

  #loan(customerId: number, amount: string): Wanted {
    return this.#create('loan', { customer_id: customerId, amount, maximum_payment_date: FAR_FUTURE });
  }

  #payment(customerId: number, amount: string): Wanted {
    return this.#create('payment', { customer_id: customerId, total_amount: amount });
  }

  /** Every write carries an Idempotency-Key, as the API recommends. */
  #create(kind: Kind, body: object): Wanted {
    const number = this.#next++;
    const name = nameOf(this.#prefix, kind, number);
    const text = JSON.stringify({ external_id: name, ...body });
    return { method: 'POST', path: `/api/${kind}s`, body: text, key: name, creates: kind, number, status: 201 };
  }

  #read(path: string): Wanted {
    return { method: 'GET', path, body: null, key: null, creates: null, number: this.#next++, status: 200 };
  }
}

const oneOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
