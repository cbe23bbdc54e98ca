/** A record of acknowledged answers, kept outside the system, which must still hold at the end. */
import type { Call } from './clients/caller.ts';
import type { CustomerModel } from './clients/customer-model.ts';
import type { Hook } from './webhooks/hook.ts';

/** An answer under a key, which must be repeated byte for byte. */
export interface KeyedAnswer {
  readonly call: Call;
  readonly status: number;
  readonly text: string;
}

export interface UploadedCustomer {
  readonly externalId: string;
  /** In minor units. */
  readonly score: bigint;
}

export class Ledger {
  readonly customers: CustomerModel[] = [];
  readonly keyed: KeyedAnswer[] = [];
  readonly uploaded: UploadedCustomer[] = [];
  /** All webhooks, with those that were removed. */
  readonly hooks: Hook[] = [];
  /** Customers with an unanswered operation: its effect is unknown. */
  readonly unknown = new Set<CustomerModel>();
}
