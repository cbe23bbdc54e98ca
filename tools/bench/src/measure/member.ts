/** Something that is measured: a scenario, or a control that scenarios are held against. */
import type { Level } from '@mo/load';
import type { Outcome } from '../load/outcome.ts';
import type { Pids } from './processes.ts';

export interface Settles {
  /** Waits until all that was written has reached everybody. @returns how long that took, in ms. @throws Error of what has not */
  settled(timeoutMs: number): Promise<number>;
}

export interface Member {
  readonly name: string;
  readonly isControl: boolean;
  /** What must be known of its figures. */
  readonly note?: string;
  /** How many connections it makes sense with; any by default. */
  readonly connectionsMax?: number;
  /** Whether it can be asked by the clock. */
  readonly canBeOpen: boolean;
  /** Where what it writes has to reach others, that is waited for: its CPU time ends only then. */
  readonly settling: Settles | null;
  /** Whose CPU it takes. */
  pids(): Pids;
  /** What it needs before each slice; not measured. */
  before?(): Promise<void>;
  /** Puts its load on. */
  load(level: Level, durationMs: number): Promise<Outcome>;
  /** What of its rows doesn't add up, once it is over and settled; and how many rows were looked at. */
  verify(): Promise<Verified>;
}

export interface Verified {
  readonly rows: number;
  readonly faults: readonly string[];
}
