/** A single fault: one text of one file, replaced by another, and the check that must find it. */

/** Test files that find a fault, or the simulation over its first seeds. */
export type Check =
  | { readonly kind: 'tests'; readonly path: string; readonly needsServers: boolean }
  | { readonly kind: 'simulation'; readonly seeds: number };

export interface Fault {
  /** Short and unique; names the wrong behaviour. */
  readonly id: string;
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Text that occurs in the file exactly once. */
  readonly replace: string;
  readonly by: string;
  /** The consequence of the fault. */
  readonly breaks: string;
  readonly check: Check;
}

/** Tests that need no servers: a path as jest takes it, without `.unit.test.ts`. */
export const unit = (path: string): Check => ({ kind: 'tests', path: `${path}.unit.test.ts`, needsServers: false });

/** Tests on a real PostgreSQL and Kafka: a path as jest takes it, without `.test.ts`. */
export const servers = (path: string): Check => ({ kind: 'tests', path: `${path}.test.ts`, needsServers: true });

/** The simulation from its first seed on, with several times as many seeds as the fault needs. */
export const simulation = (seeds: number): Check => ({ kind: 'simulation', seeds });

/** A check in words. */
export const nameOf = (check: Check): string =>
  check.kind === 'tests' ? check.path : `the simulation, ${check.seeds} seeds`;

/** The number of occurrences of a text in another. */
export const occurrences = (text: string, part: string): number => text.split(part).length - 1;
