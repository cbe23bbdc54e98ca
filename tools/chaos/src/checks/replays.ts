/** Sends every answered idempotency key again: the answer must be the same, byte for byte. */

import type { Random } from '@mo/dev-stack/random';
import { type Caller, noteEnd, textOf } from '../clients/caller.ts';
import type { KeyedAnswer, Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';

const REPLAYS_MAX = 4_000;
const AT_ONCE = 8;
const TIMEOUT_MS = 35_000;

/** @returns the number of keys sent again; a key that gets no answer does not stop the others */
export async function checkReplays(
  caller: Pick<Caller, 'insist'>,
  ledger: Pick<Ledger, 'keyed'>,
  tally: Pick<Tally, 'violate'>,
  random: Random,
): Promise<number> {
  const chosen = random.shuffled(ledger.keyed.filter(({ call }) => call.id !== 'createCustomersInBulk'));
  const left = chosen.slice(0, REPLAYS_MAX);
  const count = left.length;
  const worker = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      await check(caller, next, tally).catch((error: unknown) => noteEnd(tally, error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return count;
}

async function check(
  caller: Pick<Caller, 'insist'>,
  { call, status, text }: KeyedAnswer,
  { violate }: Pick<Tally, 'violate'>,
): Promise<void> {
  const answer = await caller.insist(call, TIMEOUT_MS);
  const isSameStatus = answer.status === status || (call.id === 'changeCustomer' && answer.status < 300);
  if (answer.text === text && isSameStatus && answer.isReplayed) return;
  violate(
    'a key is answered as before, to the byte',
    `${textOf(call)}: ${status} ${text}, then ${answer.status} ${answer.text}`,
  );
}
