/** How much of everything a run takes: the sizes of its seeds, and how its time is spread. */
import type { Options } from './options.ts';

export interface Plan {
  readonly scenarios: readonly string[];
  /** How many callers at once are tried in a closed loop. */
  readonly connections: readonly number[];
  /** Scenarios and controls take turns so often; each gets its seconds in as many slices. */
  readonly rounds: number;
  readonly sliceMs: number;
  /** How long each does what is then measured. V8 goes on compiling for some 25,000 payments: a dozen seconds. */
  readonly warmUpMs: number;
  /** Customers over which loans and payments are spread. */
  readonly pool: number;
  /** So many pay ten loans off in one slice. */
  readonly across: number;
  /** Loans of the customers whose balance is read. */
  readonly balances: readonly { readonly name: string; readonly loans: number }[];
  /** Loans of the customers whose loans are paged through. */
  readonly few: number;
  readonly many: number;
  readonly bulkSmall: number;
  readonly bulkLarge: number;
  /** Branches of the TPC-B-like control: at least as many as connections, or they would wait for each other's. */
  readonly branches: number;
  readonly accountsPerBranch: number;
}

const CONNECTIONS = [1, 16, 64];
/** Short, so that what is held against each other is measured in the same minute; a ratio is that of the round in the middle. */
const SLICE_MS = 1_500;
const ROUNDS_MIN = 3;
const BALANCES = [1, 100, 10_000].map((loans) => ({ name: `balance-${loans}`, loans }));

/** A page holds so many loans: a customer with 1,000 of them has a hundredth page. */
export const PAGE_LOANS = 10;
export const FAR_PAGE = 100;

export function planOf({ quick, seconds, scenarios }: Options): Plan {
  const rounds = quick ? 1 : Math.max(ROUNDS_MIN, Math.round((seconds * 1000) / SLICE_MS));
  const shared = {
    scenarios,
    connections: CONNECTIONS,
    rounds,
    sliceMs: (seconds * 1000) / rounds,
    balances: BALANCES,
  };
  return quick
    ? {
        ...shared,
        warmUpMs: 700,
        pool: 400,
        across: 100,
        few: 1_000,
        many: 20_000,
        bulkSmall: 1_000,
        bulkLarge: 5_000,
        branches: 100,
        accountsPerBranch: 1_000,
      }
    : {
        ...shared,
        warmUpMs: 15_000,
        pool: 2_000,
        across: 500,
        few: 1_000,
        many: 1_000_000,
        bulkSmall: 100_000,
        bulkLarge: 1_000_000,
        branches: 100,
        accountsPerBranch: 10_000,
      };
}
