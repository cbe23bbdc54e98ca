/** The sizes of a run: seed data, and the duration of each part. */
import type { Options } from './options.ts';

export interface Plan {
  readonly scenarios: readonly string[];
  /** The numbers of concurrent callers in closed loops. */
  readonly connections: readonly number[];
  /**
   * The number of alternating rounds of scenarios and controls; a member's time is split evenly into slices, one per
   * round.
   */
  readonly rounds: number;
  readonly sliceMs: number;
  /** The warm-up before measurements. V8 keeps optimising for about 25,000 payments: some 12 s. */
  readonly warmUpMs: number;
  /** Customers over which loans and payments are spread. */
  readonly pool: number;
  /** Customers who pay off ten loans each in one slice. */
  readonly across: number;
  /** The numbers of loans of the customers whose balance is read. */
  readonly balances: readonly { readonly name: string; readonly loans: number }[];
  /** The numbers of loans of the customers whose loans are paged through. */
  readonly few: number;
  readonly many: number;
  readonly bulkSmall: number;
  readonly bulkLarge: number;
  /**
   * Branches of the TPC-B-like control: at least the number of connections, because updates of one branch wait for each
   * other.
   */
  readonly branches: number;
  readonly accountsPerBranch: number;
}

const CONNECTIONS = [1, 16, 64];
/** Short, so that compared members are measured in the same minute; a ratio is the median over rounds. */
const SLICE_MS = 1_500;
const ROUNDS_MIN = 3;
const BALANCES = [1, 100, 10_000].map((loans) => ({ name: `balance-${loans}`, loans }));

/** Loans per page: a customer with 1,000 loans has 100 pages. */
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
