/** The final invariants: streams drain, databases and topics agree, and every acknowledged answer still holds. */
import { setTimeout as delay } from 'node:timers/promises';
import { differences, topicFaults, undelivered } from '@mo/agreement';
import type { Stack } from '@mo/dev-stack';
import type { Random } from '@mo/dev-stack/random';
import type { Caller } from '../clients/caller.ts';
import type { Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';
import { errorLines } from './logs.ts';
import { checkReplays } from './replays.ts';
import { rowFaults } from './rows.ts';

/** Some differences are found only by the sweep, which runs once a minute. */
const AGREEMENT_MS_MAX = 150_000;
const POLL_MS = 500;

/** The number of checked items, and of faults found; null where the check could not be made. */
export interface Checked {
  readonly customers: number;
  readonly loans: number;
  readonly payments: number;
  readonly uploaded: number;
  readonly replays: number;
  readonly lost: number | null;
  readonly unasked: number | null;
  readonly differences: number | null;
  readonly topicFaults: number | null;
}

interface CheckParts {
  readonly stack: Stack;
  readonly dir: string;
  readonly caller: Caller;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly random: Random;
  readonly log: (line: string) => void;
}

export async function checkAll(parts: CheckParts): Promise<{ checked: Checked; agreedSeconds: number }> {
  const { stack, dir, caller, ledger, tally, random, log } = parts;
  log('waiting for the streams to drain …');
  const agreedSeconds = await drain(() => undelivered(stack.stack()), tally);
  log("comparing with the callers' answers …");
  const file = stack.stack();
  const found = (rule: string, check: () => Promise<readonly string[]>) => findings(tally, rule, check);
  const differing = await found('the three databases agree', () => differences(file));
  const rows = rowFaults(file, ledger);
  const lost = await found('every acknowledged write is stored', async () => (await rows).lost);
  const unasked = await found('only acknowledged writes are stored', async () => (await rows).unasked);
  log('reading the topics …');
  const faults = await found('the topics contain the journals, in order', () => topicFaults(file));
  log('sending used keys again …');
  const replays = await checkReplays(caller, ledger, tally, random);
  await found('no process logs an error', async () => errorLines(dir));
  const count = (of: 'loans' | 'payments') => ledger.customers.reduce((sum, customer) => sum + customer[of].length, 0);
  return {
    agreedSeconds,
    checked: {
      customers: ledger.customers.length,
      loans: count('loans'),
      payments: count('payments'),
      uploaded: ledger.uploaded.length,
      replays,
      lost,
      unasked,
      differences: differing,
      topicFaults: faults,
    },
  };
}

/** Counts each finding of a check as a violation. @returns their number; null if the check could not be made */
export async function findings(
  { violate, fail }: Pick<Tally, 'violate' | 'fail'>,
  rule: string,
  check: () => Promise<readonly string[]>,
): Promise<number | null> {
  try {
    const details = await check();
    for (const detail of details) violate(rule, detail);
    return details.length;
  } catch (error) {
    fail(rule, error);
    return null;
  }
}

/**
 * Waits until nothing is pending. The look fails while a server restarts; if it still fails in the end, the rule could
 * not be checked.
 *
 * @param pending one text per stream or outbox that is not drained
 * @returns the time in s
 */
export async function drain(
  pending: () => Promise<readonly string[]>,
  { violate, fail }: Pick<Tally, 'violate' | 'fail'>,
  waitMs = AGREEMENT_MS_MAX,
): Promise<number> {
  const startedMs = performance.now();
  const rule = 'the streams drain';
  for (;;) {
    const left = await pending().catch((error: unknown) => ({ error }));
    const tookMs = performance.now() - startedMs;
    if (!('error' in left) && left.length === 0) return tookMs / 1000;
    if (tookMs >= waitMs) {
      if ('error' in left) fail(rule, left.error);
      else for (const detail of left) violate(rule, detail);
      return tookMs / 1000;
    }
    await delay(POLL_MS);
  }
}
