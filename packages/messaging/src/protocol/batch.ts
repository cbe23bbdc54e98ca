/**
 * One batch, in memory. It processes commands and followed events in arrival order, each on the accounts as its
 * predecessors left them. Nothing here waits or writes; the changes are written set-wise afterwards. So one batch of n
 * items has the same effect as n batches of one item, and a failing command doesn't affect the others.
 */
import { isoTime, type Stream, type StreamEvent } from '@mo/contracts';
import { type Answer, invalid } from '@mo/service-kit';
import {
  type Account,
  appliedOf,
  type NewEvent,
  type Progress,
  progressOf,
  type StreamModel,
  versionsOf,
} from './account.ts';
import type { BatchSpans } from './batch-spans.ts';
import type { Command, Decision, StoredAnswer } from './command.ts';
import { advance, awaitVersion, classify, type EventOutcome, fallBehind } from './follow.ts';
import { type Quarantined, reasonText } from './quarantine.ts';
import type { BatchChanges, BatchState } from './store.ts';
import { isStored, replayOf } from './stored-answer.ts';

/** The streams pulled for a command, and the progress of its account before the last pull was sent. */
export interface Confirmation {
  readonly pulled: readonly Stream[];
  readonly base: Progress | null;
}

export type CommandOutcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly settle: StoredAnswer['settle'] }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unconfirmed'; readonly confirmBy: readonly Stream[]; readonly progress: Progress | null };

/** An event that was next in order, and why it could not take effect. */
export interface EventFault {
  readonly event: StreamEvent;
  readonly error: unknown;
}

export class Batch<A extends Account> {
  readonly #model: StreamModel<A>;
  readonly #state: BatchState<A>;
  readonly #nowMs: number;
  readonly #spans: BatchSpans | null;
  readonly #accounts: Map<number, A>;
  readonly #byExternalId = new Map<string, number>();
  readonly #taken: Set<string>;
  readonly #answers: Map<string, StoredAnswer>;
  readonly #newAnswers: StoredAnswer[] = [];
  readonly #written: StreamEvent[] = [];
  readonly #applied: StreamEvent[] = [];
  readonly #faults: EventFault[] = [];
  readonly #quarantined: Quarantined[] = [];
  #commandsTaken = 0;

  /** @param spans the spans of the traced commands and events */
  constructor(model: StreamModel<A>, state: BatchState<A>, nowMs: number, spans: BatchSpans | null = null) {
    this.#spans = spans;
    this.#model = model;
    this.#state = state;
    this.#nowMs = nowMs;
    this.#accounts = new Map(state.accounts);
    this.#taken = new Set(state.taken);
    this.#answers = new Map(state.answers);
    for (const account of state.accounts.values()) this.#noteName(account);
  }

  /** Decides a command. An exception, including one caused by a bug, fails this command alone. */
  command(command: Command<A>, confirmation: Confirmation | null): CommandOutcome {
    const id = this.#state.ids[this.#commandsTaken++] as number;
    try {
      return this.#replay(command) ?? this.#decide(command, id, confirmation);
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  /** Takes followed events; returns the outcome of each. An event that can't take effect blocks only its customer. */
  events(events: readonly StreamEvent[]): EventOutcome[] {
    return events.map((event) => {
      const account = this.#accounts.get(event.customer_id);
      if (account === undefined) return this.#fault(event, new Error('the customer does not exist in this service'));
      const what = classify(this.#model.stream, account, event);
      if (what === 'apply') return this.#apply(account, event);
      if (what !== 'duplicate') this.#put(fallBehind(this.#model.stream, account, event));
      return what;
    });
  }

  /** Takes events that can't be parsed. One that was applied another way in the meantime blocks no customer. */
  quarantine(items: readonly Quarantined[]): void {
    for (const item of items) {
      const account = this.#known(item.customerId ?? undefined);
      if (account !== undefined && item.version !== null) this.#put(awaitVersion(account, item.stream, item.version));
      this.#quarantined.push(item);
    }
  }

  /** Whether the version has been applied, including by an event of this batch. */
  #hasApplied({ stream, customerId, version }: Quarantined): boolean {
    const account = this.#known(customerId ?? undefined);
    return account !== undefined && version !== null && version <= appliedOf(account, stream);
  }

  /** The events that could not take effect, and why. */
  get faults(): readonly EventFault[] {
    return this.#faults;
  }

  /** The customer's progress at this point of the batch. */
  progress(customerId: number): Progress | null {
    const account = this.#accounts.get(customerId);
    return account === undefined ? null : progressOf(account);
  }

  changes(): BatchChanges<A> {
    const accounts = [...this.#accounts.values()]
      .map((after) => ({ before: this.#state.accounts.get(after.customerId) ?? null, after }))
      .filter(({ before, after }) => before !== after);
    return {
      accounts,
      written: this.#written,
      applied: this.#applied,
      quarantined: this.#quarantined.filter((item) => !this.#hasApplied(item)),
      answers: this.#newAnswers,
      nowMs: this.#nowMs,
    };
  }

  #replay(command: Command<A>): CommandOutcome | null {
    const stored = command.key === null ? undefined : this.#answers.get(command.key.id.toString('hex'));
    if (command.key === null || stored === undefined) return null;
    return this.#answered(replayOf(stored, command.key), stored.settle);
  }

  #decide(command: Command<A>, id: number, confirmation: Confirmation | null): CommandOutcome {
    const account = this.#accountOf(command);
    const decision = command.decide(account, {
      nowMs: Math.max(this.#nowMs, account?.lastTimeMs ?? 0),
      id,
      taken: command.claims !== null && this.#taken.has(command.claims),
    });
    if (!isConfirmed(decision, account, confirmation)) {
      return {
        kind: 'unconfirmed',
        confirmBy: decision.confirmBy,
        progress: account === null ? null : progressOf(account),
      };
    }
    const registers = command.registers && decision.events.length > 0;
    const start = account ?? (registers ? this.#model.unknown(id) : null);
    const { after, written } =
      start === null
        ? { after: null, written: [] }
        : this.#write(start, decision.events, this.#spans?.contextOf(command) ?? command.origin.traceparent);
    // Build the answer first: a command whose answer can't be built must have no effect.
    const outcome = this.#answer(command, decision, after, written);
    if (after !== null) this.#put(after);
    this.#written.push(...written);
    if (written.length > 0 && command.claims !== null) this.#taken.add(command.claims);
    return outcome;
  }

  #answer(command: Command<A>, decision: Decision<A>, after: A | null, written: StreamEvent[]): CommandOutcome {
    const { body, ...head } = decision.answer(after as A, written);
    const token =
      after === null ? null : { customerId: after.customerId, versions: versionsOf(this.#model.stream, after) };
    const answer: Answer = { ...head, body: JSON.stringify(body), token };
    const settle =
      decision.settle === undefined || after === null
        ? null
        : { settlement: decision.settle, customerId: after.customerId, version: after.version };
    if (command.key !== null && isStored(answer.status)) {
      const stored = { key: command.key, answer, settle };
      this.#answers.set(command.key.id.toString('hex'), stored);
      this.#newAnswers.push(stored);
    }
    return this.#answered(answer, settle);
  }

  #answered(answer: Answer, settle: StoredAnswer['settle']): CommandOutcome {
    return { kind: 'answered', answer, settle };
  }

  /** The account that a command names. Both ids must name one customer; an unknown external_id contradicts nothing. */
  #accountOf({ customer: { customerId, externalId } }: Command<A>): A | null {
    const idByName = externalId === undefined ? undefined : this.#byExternalId.get(externalId);
    const account = this.#known(customerId ?? idByName);
    const name = account === undefined ? null : this.#model.externalIdOf(account);
    const isOtherName = externalId !== undefined && name !== null && name !== externalId;
    const isOtherId = idByName !== undefined && customerId !== undefined && idByName !== customerId;
    if (isOtherName || isOtherId) {
      throw invalid('body', '/customer_external_id', 'must name the same customer as customer_id', 'contradiction');
    }
    return account ?? null;
  }

  #known(customerId: number | undefined): A | undefined {
    return customerId === undefined ? undefined : this.#accounts.get(customerId);
  }

  #apply(account: A, event: StreamEvent): EventOutcome {
    try {
      const caused = this.#model.react(account, event);
      const applied = advance(this.#model.evolve(account, [event]), event);
      const { after, written } = this.#write(applied, caused, this.#spans?.contextOf(event) ?? event.traceparent);
      this.#put(after);
      this.#written.push(...written);
      this.#applied.push(event);
      return 'apply';
    } catch (error) {
      this.#put(fallBehind(this.#model.stream, account, event));
      return this.#fault(event, error);
    }
  }

  #fault(event: StreamEvent, error: unknown): 'faulty' {
    this.#faults.push({ event, error });
    this.#quarantined.push(quarantinedBy({ event, error }));
    return 'faulty';
  }

  /** The account after own events, and the complete events; the batch's state doesn't change yet. */
  #write(account: A, events: readonly NewEvent[], traceparent: string | null): { after: A; written: StreamEvent[] } {
    if (events.length === 0) return { after: account, written: [] };
    const model = this.#model;
    const timeMs = Math.max(this.#nowMs, account.lastTimeMs);
    const seen = Object.fromEntries(
      model.decidesOn
        .map((stream) => [stream, account.applied[stream] ?? 0])
        .filter(([, seenVersion]) => seenVersion !== 0),
    );
    const written = events.map((event, place): StreamEvent => {
      const version = account.version + 1 + place;
      const { stream } = model;
      return { stream, customer_id: account.customerId, version, ...event, seen, time: isoTime(timeMs), traceparent };
    });
    const restricted = written.findLast((event) => model.restricts(event))?.version ?? account.restricted;
    const version = account.version + written.length;
    return { after: { ...model.evolve(account, written), version, restricted, lastTimeMs: timeMs }, written };
  }

  #put(account: A): void {
    this.#accounts.set(account.customerId, account);
    this.#noteName(account);
  }

  #noteName(account: A): void {
    const externalId = this.#model.externalIdOf(account);
    if (externalId !== null) this.#byExternalId.set(externalId, account.customerId);
  }
}

/** Whether a decision is final: no restricting event may have been applied since before the last pull was sent. */
function isConfirmed<A extends Account>(
  decision: Decision<A>,
  account: A | null,
  confirmation: Confirmation | null,
): boolean {
  if (decision.confirmBy.length === 0) return true;
  if (confirmation === null || !decision.confirmBy.every((stream) => confirmation.pulled.includes(stream)))
    return false;
  const { base } = confirmation;
  if (base === null || account === null) return account === null;
  const restricting = decision.confirmBy.slice(0, -1);
  return (
    base.restricted === account.restricted &&
    restricting.every((stream) => base.applied[stream] === account.applied[stream])
  );
}

/** The quarantine entry of an event that was parsed but could not take effect. */
export function quarantinedBy({ event: { stream, customer_id: customerId, version }, error }: EventFault): Quarantined {
  const reason = reasonText(`it cannot take effect: ${error instanceof Error ? error.message : String(error)}`);
  return { stream, customerId, version, reason, source: null };
}
