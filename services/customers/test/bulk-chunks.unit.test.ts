import { setImmediate as nextTurn } from 'node:timers/promises';
import { BULK_ERRORS_MAX } from '@mo/contracts';
import { type Chunk, chunksOf } from '../src/bulk/chunks.ts';
import { openUpload, type Upload } from '../src/bulk/formats.ts';
import { CHUNK_LINES_MAX } from '../src/bulk/limits.ts';
import { type BulkParts, createInBulk } from '../src/commands/create-in-bulk.ts';

/** A CSV file that arrives at once. */
function uploadOf(file: string): Promise<Upload> {
  async function* bytes() {
    yield Buffer.from(file);
  }
  return openUpload({ 'content-type': 'text/csv' }, bytes());
}

async function chunksIn(file: string): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of chunksOf(await uploadOf(file))) chunks.push(chunk);
  return chunks;
}

it('other work goes on while many lines are checked that have arrived together', async () => {
  const checked = chunksIn('x\n'.repeat(200_000));
  let isChecked = false;
  let turns = 0;
  void checked.then(() => {
    isChecked = true;
  });
  for (; !isChecked; turns += 1) await nextTurn();
  expect(turns).toBeGreaterThan(10);
});

it('of failed lines only those are described that the summary lists', async () => {
  const chunks = await chunksIn(`good-1,1\n${'bad\n'.repeat(2 * CHUNK_LINES_MAX)}good-2,1\n`);
  expect(chunks.map(({ good, failed, errors }) => [good.length, failed, errors.length])).toEqual([
    [1, CHUNK_LINES_MAX - 1, CHUNK_LINES_MAX - 1],
    [0, CHUNK_LINES_MAX, BULK_ERRORS_MAX - CHUNK_LINES_MAX + 1],
    [1, 1, 0],
  ]);
  const lines = chunks.flatMap(({ errors }) => errors.map(({ line }) => line));
  expect(lines).toEqual(Array.from({ length: BULK_ERRORS_MAX }, (_, place) => place + 2));
});

it('failed lines wait for no transaction', async () => {
  const outcomes: unknown[] = [];
  const parts = { onOutcome: (counts) => outcomes.push(counts) } satisfies Partial<BulkParts>;
  const upload = await uploadOf('bad\n'.repeat(CHUNK_LINES_MAX));
  const request = { upload, isAtomic: false, keyId: null, traceparent: null, isGone: () => false };
  const summary = await createInBulk(parts as unknown as BulkParts, request);
  expect(summary).toMatchObject({ received: CHUNK_LINES_MAX, created: 0, failed: CHUNK_LINES_MAX });
  expect(outcomes).toEqual([{ created: 0, repeated: 0, failed: CHUNK_LINES_MAX }]);
});
