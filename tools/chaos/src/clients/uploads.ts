/** Bulk uploads under load: retried under their key until they succeed, with each line created once. */
import { setTimeout as delay } from 'node:timers/promises';
import { formatMoney } from '@mo/money';
import type { UploadedCustomer } from '../ledger.ts';
import { type Answer, type Call, noteEnd, textOf } from './caller.ts';
import type { CallerParts } from './conversation.ts';

const LINES_MAX = 600;
const ATOMIC_SHARE = 0.3;
const BAD_LINE_SHARE = 0.3;
const TIMEOUTS_MS = [3_000, 20_000];
const PAUSE_MS = 1_000;

export async function upload(parts: CallerParts, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await uploadOnce(parts).catch((error: unknown) => noteEnd(parts.tally, error));
    await delay(PAUSE_MS);
  }
}

async function uploadOnce({ caller, random, nameOf, ledger, tally }: CallerParts): Promise<void> {
  const name = nameOf('bulk');
  const isAtomic = random.chance(ATOMIC_SHARE);
  const hasBadLine = random.chance(BAD_LINE_SHARE);
  const rows: UploadedCustomer[] = Array.from({ length: random.whole(1, LINES_MAX) }, (_, line) => ({
    externalId: `${name}-${line}`,
    score: BigInt(random.whole(0, 1_000_000)),
  }));
  const lines = rows.map(({ externalId, score }) => `${externalId},${formatMoney(score)}\n`);
  if (hasBadLine) lines.splice(random.whole(0, lines.length), 0, `${name}-bad,-1\n`);
  const call: Call = {
    id: 'createCustomersInBulk',
    query: isAtomic ? { atomic: 'true' } : {},
    text: { type: 'text/csv', content: lines.join('') },
    key: nameOf('key'),
  };
  const answer = await caller.insist(call, random.pick(TIMEOUTS_MS));
  const isRefused = isAtomic && hasBadLine;
  const created = isRefused ? 0 : rows.length;
  const failed = hasBadLine ? 1 : 0;
  if (!isRight(answer, isRefused ? 422 : 200, { created, received: lines.length, failed }))
    tally.violate(
      `of ${lines.length} lines ${created} are created`,
      `${textOf(call)}: ${answer.status} ${answer.text}`,
    );
  if (!isRefused) ledger.uploaded.push(...rows);
}

function isRight({ status, body }: Answer, expected: number, counts: Record<string, number>): boolean {
  if (status !== expected) return false;
  // A failing atomic upload counts every line that was not created, by its own rule.
  return expected === 422 || Object.entries(counts).every(([name, count]) => body[name] === count);
}
