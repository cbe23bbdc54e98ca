/** What callers were told, kept outside of the system: what it must still say in the end. */
import type { Call } from './clients/caller.ts';
import type { CustomerModel } from './clients/customer-model.ts';

/** An answer that was given under a key, and must be given again to the byte. */
export interface KeyedAnswer {
  readonly call: Call;
  readonly status: number;
  readonly text: string;
}

export interface UploadedCustomer {
  readonly externalId: string;
  /** Minor units. */
  readonly score: bigint;
}

export class Ledger {
  readonly customers: CustomerModel[] = [];
  readonly keyed: KeyedAnswer[] = [];
  readonly uploaded: UploadedCustomer[] = [];
  /** Customers with an operation that no answer came to: what became of it can't be known. */
  readonly unknown = new Set<CustomerModel>();
}
