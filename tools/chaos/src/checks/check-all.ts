/**
 * The final invariants: streams drain, databases and topics agree, webhooks have received every event, and every
 * acknowledged answer still holds.
 */
import { differences, topicFaults, undelivered } from '@mo/agreement';
import type { Stack } from '@mo/dev-stack';
import type { Random } from '@mo/dev-stack/random';
import type { Caller } from '../clients/caller.ts';
import type { Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';
import type { Owner } from '../webhooks/owner.ts';
import type { Receiver } from '../webhooks/receiver.ts';
import { drain, findings } from './findings.ts';
import { errorLines } from './logs.ts';
import { checkReplays } from './replays.ts';
import { rowFaults } from './rows.ts';
import { checkWebhooks } from './webhooks.ts';

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
  readonly owner: Owner;
  readonly receiver: Receiver;
  readonly tally: Tally;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/** What the checks found, and how long the streams and the messages of webhooks took, in s. */
export interface Verdict {
  readonly checked: Checked;
  readonly agreedSeconds: number;
  readonly receivedSeconds: number;
}

export async function checkAll(parts: CheckParts): Promise<Verdict> {
  const { stack, dir, caller, ledger, tally, random, log } = parts;
  log('waiting for the streams to drain …');
  const agreedSeconds = await drain(tally, 'the streams drain', () => undelivered(stack.stack()));
  log('waiting for the messages of the webhooks …');
  const receivedSeconds = await checkWebhooks({ ...parts, file: stack.stack() });
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
    receivedSeconds,
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
