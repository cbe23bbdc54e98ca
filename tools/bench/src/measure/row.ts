/** A row of the table: one scenario or control at one load, summed over its slices. */
import { type Level, percentileMs } from '@mo/load';
import { addOutcome, errorsOf, newOutcome, type Outcome } from '../load/outcome.ts';
import type { Verified } from './member.ts';
import { OURS, type PerProcess, perProcess, SYSTEM, sumOf } from './processes.ts';

/** The result of one slice. */
export interface Slice {
  readonly outcome: Outcome;
  readonly cpuMs: PerProcess;
  readonly peakMib: PerProcess;
  /** The time from the last answer until everything settled. */
  readonly settledMs: number;
}

/** The name of a load: its number of connections, or `open`. */
export const levelName = (level: Level): string => ('connections' in level ? String(level.connections) : 'open');

export class Row {
  readonly name: string;
  readonly isControl: boolean;
  readonly level: string;
  /** In an open loop, the requests due per second. */
  readonly offered: number | null;
  readonly outcome = newOutcome();
  readonly cpuMs = perProcess(() => 0);
  readonly peakMib = perProcess(() => 0);
  /** Answers per second of each slice, in the order of the rounds: shows the noise. */
  readonly rates: number[] = [];
  /** CPU time of our processes and PostgreSQL per request in µs, for each slice. */
  readonly systemCpuUsOfSlices: number[] = [];
  settledMs = 0;
  /** Null until its rows are checked. */
  verified: Verified | null = null;

  constructor(name: string, isControl: boolean, level: Level) {
    this.name = name;
    this.isControl = isControl;
    this.level = levelName(level);
    this.offered = 'perSecond' in level ? level.perSecond : null;
  }

  add({ outcome, cpuMs, peakMib, settledMs }: Slice): void {
    addOutcome(this.outcome, outcome);
    for (const name of Object.keys(cpuMs) as (keyof PerProcess)[]) {
      this.cpuMs[name] += cpuMs[name];
      this.peakMib[name] = Math.max(this.peakMib[name], peakMib[name]);
    }
    this.rates.push(outcome.done / outcome.seconds);
    this.systemCpuUsOfSlices.push((sumOf(cpuMs, SYSTEM) * 1000) / outcome.done);
    this.settledMs = Math.max(this.settledMs, settledMs);
  }

  /** Why it has no figures: unchecked, rows that don't add up, or no successful request. Empty if sound. */
  get faults(): readonly string[] {
    if (this.verified === null) return ['not verified'];
    const faults = this.verified.faults.map((fault) => `rows don't add up: ${fault}`);
    return this.outcome.done === 0
      ? [...faults, `nothing was done: ${this.errors} errors${this.#mostFrequent()}`]
      : faults;
  }

  /** Whether its figures may be reported. */
  get isSound(): boolean {
    return this.faults.length === 0;
  }

  #mostFrequent(): string {
    const [first] = [...this.outcome.errors].toSorted(([, times], [, others]) => others - times);
    return first === undefined ? '' : `, most often ${first[0]}`;
  }

  get perSecond(): number {
    return this.outcome.seconds === 0 ? 0 : this.outcome.done / this.outcome.seconds;
  }

  get errors(): number {
    return errorsOf(this.outcome);
  }

  latencyMs(share: number): number {
    return percentileMs(this.outcome.latency, share);
  }

  /** The CPU time of each process per request, in µs. */
  get cpuUs(): PerProcess {
    return perProcess((name) => (this.outcome.done === 0 ? 0 : (this.cpuMs[name] * 1000) / this.outcome.done));
  }

  /** The CPU time of our processes and PostgreSQL per request, in µs. */
  get systemCpuUs(): number {
    return sumOf(this.cpuUs, SYSTEM);
  }

  /** The memory of our largest process, in MiB. */
  get largestMib(): number {
    return Math.max(...OURS.map((name) => this.peakMib[name]));
  }
}
