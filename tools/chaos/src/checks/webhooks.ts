/** Checks what the documentation promises about webhooks. */
import { query } from '@mo/agreement';
import { STREAMS } from '@mo/contracts';
import type { StackFile } from '@mo/dev-stack';
import type { Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';
import type { Hook } from '../webhooks/hook.ts';
import type { Owner } from '../webhooks/owner.ts';
import type { Receiver } from '../webhooks/receiver.ts';
import { drain, findings } from './findings.ts';
import { disorder, type JournalEvent, missing, untrue } from './messages.ts';

interface WebhookParts {
  readonly file: StackFile;
  readonly ledger: Pick<Ledger, 'hooks'>;
  readonly owner: Owner;
  readonly receiver: Receiver;
  readonly tally: Tally;
}

/**
 * Lets the receiver accept everything, and waits for what it still has to get.
 *
 * @returns the time until then in s
 */
export async function checkWebhooks({ file, ledger, owner, receiver, tally }: WebhookParts): Promise<number> {
  const { hooks } = ledger;
  receiver.calm();
  // Nothing is written any more.
  let journals: readonly JournalEvent[] | undefined;
  const seconds = await drain(tally, 'every event reaches the webhooks that subscribe to it', async () => {
    journals ??= await readJournals(file);
    const pending: string[] = [];
    for (const hook of hooks) {
      if (hook.status === 'active') await owner.hurry(hook);
      if (await owner.isPending(hook)) pending.push(`${hook.name} has pending messages`);
    }
    return [...pending, ...missing(journals, hooks)];
  });
  const found = (rule: string, check: (events: readonly JournalEvent[]) => readonly string[]) =>
    findings(tally, rule, async () => check(journals ?? (await readJournals(file))));
  await found("a customer's messages are in order", (events) => disorder(events, hooks));
  await found('a message says what its event says', (events) => untrue(events, hooks, receiver.bodies));
  await found('every message is signed', () => hooks.flatMap(unsigned));
  await findings(tally, 'webhooks are as they were acknowledged', () => owner.differences());
  return seconds;
}

async function readJournals(file: StackFile): Promise<JournalEvent[]> {
  const text = `SELECT $1 AS stream, customer_id AS "customerId", version::integer, type, time, seen, data::text
    FROM journal`;
  const rows = STREAMS.map((stream) => query<JournalEvent>(file, stream, text, [stream]));
  return (await Promise.all(rows)).flat();
}

const unsigned = ({ name, unverified }: Hook): string[] =>
  unverified.map(({ id, headers }) => `${name}: ${id} with ${headers['webhook-signature']}`);
