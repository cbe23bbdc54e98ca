/**
 * The traffic of an overload: writes and reads, with and without a key, for many customers and for one that is busier
 * than all others. Some loans exceed the credit line, so that refusals must be confirmed, and half of the reads carry a
 * Consistency-Token, so that services must catch up.
 */

/** One request. */
export interface Wanted {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body: string | null;
  readonly key: string | null;
  readonly customerId: number;
  readonly carriesToken: boolean;
  /** The entity that exists after an answer of 201; null for none. */
  readonly creates: Created | null;
}

export const KINDS = ['customer', 'loan', 'payment'] as const;
export type Kind = (typeof KINDS)[number];

/** The external_id of a created entity, in short form. */
export interface Created {
  readonly kind: Kind;
  readonly number: number;
}

/** The percentage of each kind of request. */
const SHARES = [
  ['takeLoan', 24],
  ['makePayment', 20],
  ['takeTooMuch', 4],
  ['createCustomer', 5],
  ['changeCustomer', 2],
  ['getBalance', 20],
  ['listLoans', 10],
  ['listPayments', 5],
  ['getCustomer', 10],
] as const;
type Share = (typeof SHARES)[number][0];

const BUSY_SHARE = 0.05;
const KEY_SHARE = 0.5;
const TOKEN_SHARE = 0.5;
/** Loans and payments have the same amount, so that on average debts are paid off. */
const AMOUNT = '10.00';
const TOO_MUCH = '9999999999.00';

export const noNumbers = (): Record<Kind, number[]> => ({ customer: [], loan: [], payment: [] });

export const nameOf = (run: string, { kind, number }: Created): string => `${run}-${kind}-${number}`;

export class Mix {
  readonly #run: string;
  readonly #customerIds: readonly number[];
  readonly #wheel: Share[] = SHARES.flatMap(([share, times]) => Array<Share>(times).fill(share));
  #last = 0;

  /** @param customerIds the first one is the busy customer */
  constructor(run: string, customerIds: readonly number[]) {
    this.#run = run;
    this.#customerIds = customerIds;
  }

  next(): Wanted {
    const operation = oneOf(this.#wheel);
    const customerId = Math.random() < BUSY_SHARE ? (this.#customerIds[0] as number) : oneOf(this.#customerIds);
    const inPath = `/api/customers/${customerId}`;
    switch (operation) {
      case 'takeLoan':
        return this.#create('loan', operation, customerId, { ...this.#loan(customerId), amount: AMOUNT });
      case 'takeTooMuch':
        return this.#post(operation, customerId, '/api/loans', { ...this.#loan(customerId), amount: TOO_MUCH }, null);
      case 'makePayment':
        return this.#create('payment', operation, customerId, { customer_id: customerId, total_amount: AMOUNT });
      case 'createCustomer':
        return this.#create('customer', operation, customerId, { score: '1000.00' });
      case 'changeCustomer': {
        const body = { score: `${500_000 + Math.floor(Math.random() * 500_000)}.00` };
        return { ...this.#post(operation, customerId, inPath, body, null), method: 'PATCH' };
      }
      case 'getBalance':
        return this.#read(operation, customerId, `${inPath}/balance`);
      case 'listLoans':
        return this.#read(operation, customerId, `${inPath}/loans?limit=20`);
      case 'listPayments':
        return this.#read(operation, customerId, `${inPath}/payments?limit=20`);
      case 'getCustomer':
        return this.#read(operation, customerId, inPath);
    }
  }

  #loan(customerId: number) {
    return {
      external_id: nameOf(this.#run, { kind: 'loan', number: this.#last + 1 }),
      customer_id: customerId,
      maximum_payment_date: '2030-01-01T00:00:00Z',
    };
  }

  #create(kind: Kind, operation: Share, customerId: number, body: object): Wanted {
    const creates = { kind, number: this.#last + 1 };
    const named = { ...body, external_id: nameOf(this.#run, creates) };
    return this.#post(operation, customerId, `/api/${kind}s`, named, creates);
  }

  #post(operation: Share, customerId: number, path: string, body: object, creates: Created | null): Wanted {
    this.#last += 1;
    const key = Math.random() < KEY_SHARE ? `${this.#run}-${this.#last}` : null;
    const text = JSON.stringify(body);
    return { operation, method: 'POST', path, body: text, key, customerId, carriesToken: false, creates };
  }

  #read(operation: Share, customerId: number, path: string): Wanted {
    const carriesToken = Math.random() < TOKEN_SHARE;
    return { operation, method: 'GET', path, body: null, key: null, customerId, carriesToken, creates: null };
  }
}

const oneOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
