/** What must hold in the end: the streams drain, the databases and topics agree, and all that was told is still so. */
import { setTimeout as delay } from 'node:timers/promises';
import { differences, topicFaults, undelivered } from '@mo/agreement';
import type { Stack } from '@mo/dev-stack';
import type { Caller } from '../clients/caller.ts';
import type { Ledger } from '../ledger.ts';
import type { Random } from '../random.ts';
import type { Tally } from '../tally.ts';
import { errorLines } from './logs.ts';
import { checkReplays } from './replays.ts';
import { rowFaults } from './rows.ts';

/** A sweep finds what nothing else does, once a minute. */
const AGREEMENT_MS_MAX = 150_000;
const POLL_MS = 500;

/** What was checked: how many of each, and what was found. */
export interface Checked {
  readonly customers: number;
  readonly loans: number;
  readonly payments: number;
  readonly uploaded: number;
  readonly replays: number;
  readonly lost: number;
  readonly unasked: number;
  readonly differences: number;
  readonly topicFaults: number;
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
  const agreedSeconds = await agreement(stack, tally);
  log('comparing with what callers were told …');
  const file = stack.stack();
  const found = await differences(file);
  const { lost, unasked } = await rowFaults(file, ledger);
  log('reading the topics …');
  const faults = await topicFaults(file);
  log('sending used keys again …');
  const replays = await checkReplays(caller, ledger, tally, random);
  for (const detail of found) tally.violate('the three databases agree', detail);
  for (const detail of lost) tally.violate('what was acknowledged is there', detail);
  for (const detail of unasked) tally.violate('nothing is there that was not acknowledged', detail);
  for (const detail of faults) tally.violate('the topics hold what the journals hold, in order', detail);
  for (const detail of errorLines(dir)) tally.violate('no process logs an error', detail);
  const count = (of: 'loans' | 'payments') => ledger.customers.reduce((sum, customer) => sum + customer[of].length, 0);
  return {
    agreedSeconds,
    checked: {
      customers: ledger.customers.length,
      loans: count('loans'),
      payments: count('payments'),
      uploaded: ledger.uploaded.length,
      replays,
      lost: lost.length,
      unasked: unasked.length,
      differences: found.length,
      topicFaults: faults.length,
    },
  };
}

/** Waits until nothing is on its way; in seconds, how long that took. */
async function agreement(stack: Stack, { violate }: Tally): Promise<number> {
  const startedMs = performance.now();
  let left: string[] = ['nothing was looked at'];
  while (performance.now() - startedMs < AGREEMENT_MS_MAX) {
    // A server may still be on its way back.
    left = await undelivered(stack.stack()).catch((error: unknown) => [String(error)]);
    if (left.length === 0) return (performance.now() - startedMs) / 1000;
    await delay(POLL_MS);
  }
  for (const detail of left) violate('the streams drain', detail);
  return AGREEMENT_MS_MAX / 1000;
}
