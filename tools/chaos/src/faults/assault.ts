/** Schedules the faults: one or two at a time. The next ones start after callers have recovered from the last. */
import { setTimeout as delay } from 'node:timers/promises';
import { STREAMS, type Stream } from '@mo/contracts';
import type { Random } from '@mo/dev-stack/random';
import type { Tally } from '../tally.ts';
import { type Fault, faultGroups, type Kind, type Target } from './plan.ts';
import type { Processes } from './processes.ts';
import { MESSAGES_MS_MAX, RECOVERY_MS_MAX, type Recovery, takeover } from './recovery.ts';
import type { Striker } from './striker.ts';

const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 1_000;
const SECOND_AFTER_MS_MAX = 1_500;

/** A fault that happened, and how long callers felt it. */
export interface Blow {
  readonly kind: Kind;
  readonly target: Target;
  readonly what: string;
  readonly recoveryMs: number | null;
  /** How long webhooks felt it. */
  readonly messagesMs: number | null;
  /** The time until another process became the relay, if the fault hit the relay and another took over. */
  readonly takeoverMs: number | null;
  readonly isOneOfTwo: boolean;
}

interface AssaultParts {
  readonly striker: Striker;
  readonly processes: Processes;
  readonly recovery: Recovery;
  readonly tally: Tally;
  readonly random: Random;
  readonly log: (line: string) => void;
}

export class Assault {
  readonly #parts: AssaultParts;
  readonly #blows: Blow[] = [];

  constructor(parts: AssaultParts) {
    this.#parts = parts;
  }

  /** All faults so far. */
  get blows(): readonly Blow[] {
    return this.#blows;
  }

  /** Injects faults for the given time, or up to the given number; resolves once the last fault is over. */
  async lead(durationMs: number, faultsMax: number): Promise<void> {
    const { random } = this.#parts;
    const endMs = performance.now() + durationMs;
    for (const group of faultGroups(random)) {
      if (performance.now() >= endMs || this.#blows.length >= faultsMax) break;
      const isOneOfTwo = group.length > 1;
      const waits = group.map((_, place) => (place === 0 ? 0 : random.whole(0, SECOND_AFTER_MS_MAX)));
      await Promise.all(group.map((fault, place) => this.#strike(fault, isOneOfTwo, waits[place] ?? 0)));
      await delay(random.whole(PAUSE_MS_MIN, PAUSE_MS_MAX));
    }
  }

  async #strike(fault: Fault, isOneOfTwo: boolean, waitMs: number): Promise<void> {
    const { striker, recovery, tally, log } = this.#parts;
    await delay(waitMs);
    let taken: Promise<number | null> = Promise.resolve(null);
    const { what, overMs } = await striker.strike(fault, (pid) => {
      taken = this.#takeover(fault, pid);
    });
    const [recoveryMs, messagesMs] = await Promise.all([
      recovery.after(overMs, STREAMS, RECOVERY_MS_MAX),
      recovery.after(overMs, ['webhooks'], MESSAGES_MS_MAX),
    ]);
    const takeoverMs = await taken;
    const not = `not after ${fault.kind} of ${what}`;
    if (recoveryMs === null) tally.violate('callers are served again', not);
    if (messagesMs === null) tally.violate('messages are delivered again', not);
    const { kind, target } = fault;
    this.#blows.push({ kind, target, what, recoveryMs, messagesMs, takeoverMs, isOneOfTwo });
    const lasted = lasts(fault) ? ` for ${fault.durationMs} ms` : '';
    const recovered = recoveryMs === null ? 'not recovered' : `recovered in ${Math.round(recoveryMs)} ms`;
    const delivered = messagesMs === null ? 'no messages' : `messages in ${Math.round(messagesMs)} ms`;
    const relayed = takeoverMs === null ? '' : `, relay taken over in ${Math.round(takeoverMs)} ms`;
    log(`${this.#blows.length}. ${kind} ${target}: ${what}${lasted}, ${recovered}, ${delivered}${relayed}`);
  }

  /** Watches the lease of a relay that was hit. A fault may end before the lease does; then there is no takeover. */
  async #takeover(fault: Fault, pid: number | null): Promise<number | null> {
    const [, service] = (/^relay of (\w+)/.exec(fault.target) ?? []) as unknown as [string, Stream];
    if (service === undefined || pid === null) return null;
    const withinMs = lasts(fault) ? fault.durationMs : RECOVERY_MS_MAX;
    const takenMs = await takeover(() => this.#parts.processes.relayPid(service), pid, withinMs);
    if (takenMs === null && !lasts(fault))
      this.#parts.tally.violate('another process relays', `not for ${service} after ${fault.kind}`);
    return takenMs;
  }
}

const lasts = ({ kind }: Fault): boolean => kind === 'freeze' || kind === 'cut' || kind === 'stall';
