/**
 * Compares the balances, loans and payments of the gateway with the oracle's expectation, by external id. Records of
 * others are ignored. Pages are newest first, so reading stops once every expected record was seen. Balances and loans
 * follow other streams and may lag: a resource that differs is read again until it agrees or the time limit is reached.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import { balancesPage, loansPage, PAGE_LIMIT_MAX, paymentsPage, problem } from '@mo/contracts';
import type { GatewayClient } from './client.ts';
import type { Expectation, ExpectedMembers } from './oracle.ts';

/** One deviation from the expectation. */
export interface Difference {
  /** Such as "loan loan-5314". */
  readonly subject: string;
  /** What differs: a member, "the answer" to its row, or "the record" if it is missing. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** The result for one resource. */
export interface Findings {
  readonly expected: number;
  readonly found: number;
  /** How many of the found records have each status; empty for balances. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

export interface Comparison {
  readonly balances: Findings;
  readonly loans: Findings;
  readonly payments: Findings;
}

export interface CompareLimits {
  /** How long a difference may take to disappear. */
  readonly settleTimeoutMs: number;
  readonly settlePollMs: number;
}

export const COMPARE_LIMITS: CompareLimits = { settleTimeoutMs: 30_000, settlePollMs: 250 };

/** The path, the page schema and the name of each resource. */
const VIEWS = {
  balances: { path: '/api/customers/balance', page: balancesPage, subject: 'balance of customer' },
  loans: { path: '/api/loans', page: loansPage, subject: 'loan' },
  payments: { path: '/api/payments', page: paymentsPage, subject: 'payment' },
} as const;
type ViewName = keyof typeof VIEWS;

/**
 * Compares all three, each until it agrees or `settleTimeoutMs` is over.
 *
 * @throws CommandError if a page cannot be read
 */
export async function compare(
  expected: Expectation,
  client: GatewayClient,
  limits = COMPARE_LIMITS,
): Promise<Comparison> {
  const giveUpAt = Date.now() + limits.settleTimeoutMs;
  const settled = async (view: ViewName): Promise<Findings> => {
    for (;;) {
      const findings = await examine(view, expected[view], client);
      if (findings.differences.length === 0 || Date.now() >= giveUpAt) return findings;
      await sleep(limits.settlePollMs);
    }
  };
  const payments = await settled('payments');
  const loans = await settled('loans');
  const balances = await settled('balances');
  return { balances, loans, payments };
}

async function examine(view: ViewName, expected: ExpectedMembers, client: GatewayClient): Promise<Findings> {
  const { subject } = VIEWS[view];
  const unseen = new Map(expected);
  const statuses: Record<string, number> = {};
  const differences: Difference[] = [];
  for await (const item of items(view, unseen, client)) {
    const members = unseen.get(item.external_id);
    if (members === undefined) continue;
    unseen.delete(item.external_id);
    if ('status' in item) statuses[item.status] = (statuses[item.status] ?? 0) + 1;
    differences.push(...memberDifferences(`${subject} ${item.external_id}`, members, item));
  }
  for (const id of unseen.keys())
    differences.push({ subject: `${subject} ${id}`, what: 'the record', expected: 'there', actual: 'missing' });
  return { expected: expected.size, found: expected.size - unseen.size, statuses, differences };
}

function memberDifferences(subject: string, expected: Readonly<Record<string, string>>, item: object): Difference[] {
  const actual = new Map<string, unknown>(Object.entries(item));
  return Object.entries(expected)
    .filter(([what, value]) => actual.get(what) !== value)
    .map(([what, value]) => ({ subject, what, expected: value, actual: String(actual.get(what)) }));
}

/** Pages through a resource while expected records are unseen. */
async function* items(view: ViewName, unseen: ReadonlyMap<string, unknown>, client: GatewayClient) {
  const { path, page } = VIEWS[view];
  let cursor: string | null = null;
  while (unseen.size > 0) {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await client.get(`${path}?limit=${PAGE_LIMIT_MAX}${after}`);
    if (status !== 200) {
      const why = problem.safeParse(body).data?.detail ?? 'no reason given';
      throw new CommandError(`GET ${path} was answered with ${status}: ${why}`);
    }
    const { data, error } = page.safeParse(body);
    if (data === undefined) throw new CommandError(`the answer to GET ${path} breaks the contract: ${error.message}`);
    yield* data.results;
    cursor = data.next_cursor;
    if (cursor === null) return;
  }
}
