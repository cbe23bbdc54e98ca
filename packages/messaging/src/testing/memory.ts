/** Batches in memory, for property tests of a service's model and decisions: without storage, locks or a clock. */
import type { StreamEvent } from '@mo/contracts';
import type { Account, StreamModel } from '../protocol/account.ts';
import { Batch, type CommandOutcome, type Confirmation } from '../protocol/batch.ts';
import type { Command, StoredAnswer } from '../protocol/command.ts';
import type { EventOutcome } from '../protocol/follow.ts';

export class MemoryAccounts<A extends Account> {
  readonly #model: StreamModel<A>;
  readonly #taken = new Set<string>();
  readonly #answers = new Map<string, StoredAnswer>();
  #accounts = new Map<number, A>();
  #lastId = 0;
  /** Every own event, in order. */
  readonly written: StreamEvent[] = [];
  nowMs = Date.UTC(2026, 0, 1);

  constructor(model: StreamModel<A>) {
    this.#model = model;
  }

  account(customerId: number): A {
    return this.#accounts.get(customerId) ?? this.#model.unknown(customerId);
  }

  /** Applies followed events as one batch. */
  follow(events: readonly StreamEvent[]): EventOutcome[] {
    for (const { customer_id: id } of events) this.#accounts.set(id, this.account(id));
    return this.#run([], (batch) => batch.events(events));
  }

  /** Decides commands as one batch; every refusal counts as confirmed, as if a pull had returned nothing new. */
  decide(commands: readonly Command<A>[]): CommandOutcome[] {
    return this.#run(commands, (batch) => commands.map((command) => decideConfirmed(batch, command)));
  }

  #run<T>(commands: readonly Command<A>[], work: (batch: Batch<A>) => T): T {
    const ids = commands.map(() => (this.#lastId += 1));
    const state = { accounts: this.#accounts, taken: this.#taken, answers: this.#answers, ids };
    const batch = new Batch(this.#model, state, this.nowMs);
    const result = work(batch);
    const { accounts, written, answers } = batch.changes();
    this.#accounts = new Map(this.#accounts);
    for (const { after } of accounts) this.#accounts.set(after.customerId, after);
    for (const answer of answers) this.#answers.set(answer.key.id.toString('hex'), answer);
    for (const { data } of written) if ('external_id' in data) this.#taken.add(data.external_id);
    this.written.push(...written);
    return result;
  }
}

function decideConfirmed<A extends Account>(batch: Batch<A>, command: Command<A>): CommandOutcome {
  const { customerId } = command.customer;
  const base = customerId === undefined ? null : batch.progress(customerId);
  const confirmation: Confirmation = { pulled: ['customers', 'loans', 'payments'], base };
  return batch.command(command, confirmation);
}
