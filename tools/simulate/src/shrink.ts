/**
 * Shrinks a failing seed to the shortest history found that violates the same rule: omits kinds of faults, then single
 * strikes, then operations in ever smaller groups. Each try is a full run, so the result replays just as reliably.
 */

import { type Outcome, runSeed } from './seed.ts';
import { FAULT_KINDS, type Faults, withoutKind } from './world/faults.ts';
import { faultsOf, type WorldOptions } from './world/world.ts';

const TRIES_MAX = 600;

export interface Shrunk {
  readonly outcome: Outcome;
  readonly only: readonly number[];
  readonly faults: Faults;
  readonly tries: number;
}

export async function shrink(options: WorldOptions, failed: Outcome): Promise<Shrunk> {
  const shrinker = new Shrinker(options, failed);
  await shrinker.leaveOutKinds();
  await shrinker.leaveOutStrikes();
  await shrinker.leaveOutOperations();
  await shrinker.leaveOutStrikes();
  return shrinker.end();
}

class Shrinker {
  readonly #options: WorldOptions;
  readonly #rule: string | undefined;
  #only: readonly number[];
  #faults: Faults;
  #tries = 0;

  constructor(options: WorldOptions, failed: Outcome) {
    this.#options = options;
    this.#rule = failed.violation?.rule;
    this.#only = options.only ?? Array.from({ length: options.operations }, (_, number) => number);
    this.#faults = faultsOf(options);
  }

  async leaveOutKinds(): Promise<void> {
    for (const kind of FAULT_KINDS) {
      if (this.#faults.kinds.has(kind)) await this.#try({ faults: withoutKind(this.#faults, kind) });
    }
  }

  async leaveOutStrikes(): Promise<void> {
    for (const strike of this.#faults.strikes) {
      const strikes = this.#faults.strikes.filter((other) => other !== strike);
      await this.#try({ faults: { ...this.#faults, strikes } });
    }
  }

  async leaveOutOperations(): Promise<void> {
    for (let size = Math.ceil(this.#only.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = this.#only.length; start > 0; start -= size) {
        const first = Math.max(0, start - size);
        await this.#try({ only: this.#only.filter((_, place) => place < first || place >= start) });
      }
    }
  }

  async end(): Promise<Shrunk> {
    const outcome = await runSeed({ ...this.#options, only: this.#only, faults: this.#faults, keep: 'lines' });
    return { outcome, only: this.#only, faults: this.#faults, tries: this.#tries };
  }

  async #try({
    only = this.#only,
    faults = this.#faults,
  }: {
    only?: readonly number[];
    faults?: Faults;
  }): Promise<void> {
    if (this.#tries >= TRIES_MAX || only.length === 0) return;
    this.#tries += 1;
    const { violation } = await runSeed({ ...this.#options, only, faults, keep: 'nothing' });
    if (violation?.rule !== this.#rule) return;
    this.#only = only;
    this.#faults = faults;
  }
}
