/** A member of a measured set: a scenario, or a control that scenarios are compared with. */
import type { Level } from '@mo/load';
import type { Outcome } from '../load/outcome.ts';
import type { Pids } from './processes.ts';

interface Settles {
  /**
   * Waits until every write has reached all followers. @returns the time in ms. @throws Error that names what is
   * pending
   */
  settled(timeoutMs: number): Promise<number>;
}

export interface Member {
  readonly name: string;
  readonly isControl: boolean;
  /** A caveat to its figures. */
  readonly note?: string;
  /** The largest sensible number of connections; no limit by default. */
  readonly connectionsMax?: number;
  /** Whether it can run in an open loop. */
  readonly canBeOpen: boolean;
  /** Set if its writes must reach followers: its CPU time includes that work. */
  readonly settling: Settles | null;
  /** The processes whose CPU time counts. */
  pids(): Pids;
  /** Unmeasured preparation of each slice. */
  before?(): Promise<void>;
  /** Applies its load. */
  load(level: Level, durationMs: number): Promise<Outcome>;
  /** Differences in its rows after the run has settled, and the number of rows that were checked. */
  verify(): Promise<Verified>;
}

export interface Verified {
  readonly rows: number;
  readonly faults: readonly string[];
}
