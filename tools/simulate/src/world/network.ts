/**
 * The network between services, and from clients to services. A call may be lost before or after its effect, or take
 * longer than its caller waits. A dead process has a closed port; a frozen process or a cut connection never answers.
 */
import type { Stream } from '@mo/contracts';
import type { Process } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import type { Owner, Scheduler } from '../engine/scheduler.ts';
import { type Faults, WAY_US_MAX } from './faults.ts';
import type { Figures } from './figures.ts';

/** The share of lost calls that end in a timeout; the other ones break the connection. */
const SILENCE_SHARE = 0.2;
/** The share of slow calls to a slow peer. */
const SLOW_PEER_SHARE = 0.6;

/** The call failed, and its effect is unknown. */
export class CallLost extends Error {
  override readonly name = 'CallLost';
}

/** The calling process of a service, or a client, which never dies. */
export interface Caller {
  readonly owner: Owner | null;
  readonly stream: Stream | null;
}

/** The called process. */
export interface Callee {
  readonly process: Process;
  readonly stream: Stream;
}

export class Network {
  readonly #scheduler: Scheduler;
  readonly #faults: () => Faults;
  readonly #figures: Figures;
  readonly #cuts = new Map<string, number>();

  constructor(scheduler: Scheduler, faults: () => Faults, figures: Figures) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#figures = figures;
  }

  cut([one, other]: readonly [Stream, Stream], change: 1 | -1): void {
    const key = [one, other].sort().join('|');
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + change);
  }

  /** Ends all cuts. */
  mend(): void {
    this.#cuts.clear();
  }

  /**
   * Calls a process.
   *
   * @throws CallLost if no answer came in time or the connection broke
   */
  call<T>(from: Caller, to: Callee, random: Random, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const scheduler = this.#scheduler;
    return new Promise<T>((resolve, reject) => {
      let over = false;
      const end = (delayUs: number, finish: () => void): void =>
        scheduler.after(delayUs, from.owner, () => {
          if (!over) finish();
          over = true;
        });
      const fail = (delayUs: number, why: string): void =>
        end(delayUs, () => {
          this.#figures.lostCalls += 1;
          reject(new CallLost(why));
        });
      const { dropChance } = this.#faults();
      const wayUs = (): number => this.#wayUs(from, to, random);
      const fate = random.next();
      const isDropped = fate < dropChance;
      const isAnswerDropped = !isDropped && fate < 2 * dropChance;
      const lostAfterUs = random.chance(SILENCE_SHARE) ? timeoutMs * 1000 : random.between(500, 20_000);
      if (isDropped || this.#isCut(from.stream, to.stream)) {
        fail(lostAfterUs, 'the call was lost');
        return;
      }
      fail(timeoutMs * 1000, 'no answer came in time');
      scheduler.after(wayUs(), null, () => {
        if (!to.process.alive || !to.process.listening) {
          fail(100, 'the connection was refused');
          return;
        }
        to.process.onDeath.push(() => {
          if (!over) fail(200, 'the connection broke');
        });
        to.process.tell(0, () => {
          work().then(
            (result) => {
              if (isAnswerDropped || this.#isCut(from.stream, to.stream)) fail(lostAfterUs, 'the answer was lost');
              else end(wayUs(), () => resolve(result));
            },
            (error: unknown) => end(wayUs(), () => reject(error)),
          );
        });
      });
    });
  }

  #wayUs(from: Caller, to: Callee, random: Random): number {
    const { wayUsMax, slowPeer } = this.#faults();
    if (slowPeer === null) return random.delayUs(WAY_US_MAX, wayUsMax);
    const isSlow = from.stream !== null && to.stream === slowPeer;
    return random.delayUs(WAY_US_MAX, isSlow ? wayUsMax : WAY_US_MAX, SLOW_PEER_SHARE);
  }

  #isCut(from: Stream | null, to: Stream): boolean {
    if (from === null || this.#cuts.size === 0) return false;
    return (this.#cuts.get([from, to].sort().join('|')) ?? 0) > 0;
  }
}
