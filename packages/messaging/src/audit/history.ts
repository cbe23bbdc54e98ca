/**
 * The replay of a customer's history: the fold behind every image. The `seen` of an own event holds exactly the
 * versions that its service had applied when the event was decided. So the replay follows the original order: before
 * each own event the followed events that it had seen, then the event itself, and at the end those applied since. A
 * followed event waits for the versions in its own `seen`, as it did originally.
 *
 * Anything that could not have happened in this order is a fault: an event is missing, breaks a rule, or lacks an event
 * that it must have caused.
 */
import { isDeepStrictEqual } from 'node:util';
import type { SeenVersions, Stream, StreamEvent } from '@mo/contracts';
import { type Account, appliedOf, type NewEvent } from '../protocol/account.ts';
import { advance } from '../protocol/follow.ts';
import type { Audited, Image } from './image.ts';

/** The events of a customer; each stream starts at version 1 and has no gaps. */
export interface History {
  readonly own: readonly StreamEvent[];
  readonly followed: Readonly<Partial<Record<Stream, readonly StreamEvent[]>>>;
}

export interface Replay<A extends Account> {
  readonly account: A;
  readonly image: Image<A>;
  /** Why the history can't have happened; empty if it can. */
  readonly faults: readonly string[];
}

/**
 * Replays a history.
 *
 * @param applied the versions up to which followed streams are replayed; events that own events have seen are always
 *   replayed
 * @param isOpen whether to stop a followed stream, without a fault, before an event whose effects the own stream lacks:
 *   if the applied versions are unknown, that event was certainly not applied
 */
export function* replayHistory<A extends Account>(
  audited: Audited<A>,
  customerId: number,
  history: History,
  applied: SeenVersions,
  isOpen = false,
): Generator<void, Replay<A>> {
  const replay = new RunningReplay(audited, customerId, history);
  try {
    for (const event of history.own) {
      yield* replay.followTo(event.seen);
      replay.own(event);
      yield;
    }
    yield* replay.followTo(applied, isOpen);
    replay.end();
  } catch (error) {
    if (!(error instanceof HistoryFault)) throw error;
    replay.faults.push(error.message);
  }
  return replay;
}

/** A history can't be replayed any further. */
class HistoryFault extends Error {
  override readonly name = 'HistoryFault';
}

class RunningReplay<A extends Account> implements Replay<A> {
  readonly image: Image<A>;
  readonly faults: string[] = [];
  account: A;
  readonly #audited: Audited<A>;
  readonly #history: History;
  /** Own events that must follow from the followed event just replayed. */
  #due: NewEvent[] = [];

  constructor(audited: Audited<A>, customerId: number, history: History) {
    this.#audited = audited;
    this.#history = history;
    this.image = audited.image();
    this.account = audited.model.unknown(customerId);
  }

  own(event: StreamEvent): void {
    const { model } = this.#audited;
    const due = this.#due.shift();
    if (due !== undefined && !(due.type === event.type && isDeepStrictEqual(due.data, event.data)))
      throw new HistoryFault(`${nameOf(event)} should be ${due.type} ${JSON.stringify(due.data)}`);
    const before = this.image.complete(this.account, event);
    const fault = this.image.faultOf(before, event);
    if (fault !== null) this.faults.push(`${nameOf(event)}: ${fault}`);
    const restricted = model.restricts(event) ? event.version : before.restricted;
    const after = { ...attempt(event, () => model.evolve(before, [event])), version: event.version, restricted };
    this.account = this.image.keep({ ...after, lastTimeMs: Date.parse(event.time) }, event);
    const name = model.externalIdOf(this.account);
    if (name !== event.data.customer_external_id)
      this.faults.push(`${nameOf(event)}: customer_external_id is ${event.data.customer_external_id}, not ${name}`);
  }

  /** Replays followed events up to these versions, and the events that they depend on. */
  *followTo(versions: SeenVersions, isOpen = false): Generator<void> {
    const targets: Partial<Record<Stream, number>> = {};
    const streams = this.#audited.model.follows;
    for (const stream of streams) targets[stream] = versions[stream] ?? 0;
    const missing = () => streams.filter((stream) => appliedOf(this.account, stream) < (targets[stream] ?? 0));
    for (let left = missing(); left.length > 0; left = missing()) {
      let moved = false;
      for (const stream of left) moved = (yield* this.#follow(stream, targets, isOpen)) || moved;
      if (!moved) {
        const names = left.map((stream) => `${stream} ${appliedOf(this.account, stream) + 1}`);
        throw new HistoryFault(`${names.join(' and ')} cannot be applied: they depend on later events`);
      }
    }
  }

  end(): void {
    const [due] = this.#due;
    if (due !== undefined) throw new HistoryFault(`${due.type} ${JSON.stringify(due.data)} is missing in the journal`);
  }

  /** Replays a stream as far as possible up to its target; raises the targets of other streams that it depends on. */
  *#follow(stream: Stream, targets: Partial<Record<Stream, number>>, isOpen: boolean): Generator<void, boolean> {
    let moved = false;
    while (appliedOf(this.account, stream) < (targets[stream] ?? 0)) {
      const version = appliedOf(this.account, stream) + 1;
      const event = this.#history.followed[stream]?.[version - 1];
      if (event === undefined) throw new HistoryFault(`${stream} ${version} is missing in its owner's journal`);
      const waits = this.#waitsFor(event);
      for (const [cause, needed] of waits) {
        if ((targets[cause] ?? 0) < needed) moved = true;
        targets[cause] = Math.max(targets[cause] ?? 0, needed);
      }
      if (waits.length > 0 || (event.seen[this.#audited.model.stream] ?? 0) > this.account.version) return moved;
      if (!this.#take(event, isOpen)) {
        targets[stream] = version - 1;
        return true;
      }
      moved = true;
      yield;
    }
    return moved;
  }

  #waitsFor(event: StreamEvent): (readonly [Stream, number])[] {
    return this.#audited.model.follows
      .map((stream) => [stream, event.seen[stream] ?? 0] as const)
      .filter(([stream, version]) => version > appliedOf(this.account, stream));
  }

  #take(event: StreamEvent, isOpen: boolean): boolean {
    this.end();
    const { model } = this.#audited;
    const before = this.image.complete(this.account, event);
    const due = attempt(event, () => model.react(before, event));
    if (isOpen && due.length > 0) return false;
    this.#due = [...due];
    this.account = this.image.keep(
      advance(
        attempt(event, () => model.evolve(before, [event])),
        event,
      ),
      event,
    );
    return true;
  }
}

function attempt<T>(event: StreamEvent, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new HistoryFault(`${nameOf(event)}: ${(error as Error).message}`, { cause: error });
  }
}

const nameOf = ({ stream, version, type }: StreamEvent): string => `${stream} ${version} (${type})`;
