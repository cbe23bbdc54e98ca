import { setImmediate as nextTurn } from 'node:timers/promises';
import { BULK_ERRORS_MAX, type BulkError } from '@mo/contracts';
import { checkLine, errorOf, type GoodLine } from './check-line.ts';
import type { Upload } from './formats.ts';
import { CHUNK_LINES_MAX, TURN_BYTES_MAX, TURN_MS_MAX } from './limits.ts';
import type { ReadLine } from './lines.ts';

/** Checked lines. */
export interface Chunk {
  readonly good: readonly GoodLine[];
  readonly failed: number;
  /** Those of the first failed lines of the upload, as many as its summary lists. */
  readonly errors: readonly BulkError[];
}

/** The checked lines of an upload in chunks; the next chunk is read once the previous one is processed. */
export async function* chunksOf({ reader, bytes, surplus }: Upload): AsyncGenerator<Chunk> {
  let good: GoodLine[] = [];
  let errors: BulkError[] = [];
  let failed = 0;
  let listed = 0;
  let last = 0;
  const take = (): Chunk => {
    const chunk = { good, failed, errors };
    good = [];
    errors = [];
    failed = 0;
    return chunk;
  };
  const fail = (read: ReadLine): void => {
    failed += 1;
    if (listed === BULK_ERRORS_MAX) return;
    listed += 1;
    errors.push(errorOf(read));
  };
  function* full(reads: Iterable<ReadLine>): Generator<Chunk> {
    for (const read of reads) {
      last = read.line;
      const line = checkLine(read);
      if (line === null) fail(read);
      else good.push(line);
      if (good.length + failed === CHUNK_LINES_MAX) yield take();
    }
  }
  for await (const part of inSmallParts(bytes)) yield* full(reader.read(part));
  yield* full(reader.end());
  const fault = (name: string) => `is the unknown part ${JSON.stringify(name)} after the file`;
  yield* full(surplus().map((name, place) => ({ line: last + 1 + place, fault: fault(name) })));
  if (good.length + failed > 0) yield take();
}

/** The same bytes in small parts, between which other work of this process gets its turn: a part may hold many lines. */
async function* inSmallParts(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sinceMs = performance.now();
  for await (const piece of bytes) {
    for (let start = 0; start < piece.length; start += TURN_BYTES_MAX) {
      yield piece.subarray(start, start + TURN_BYTES_MAX);
      if (performance.now() - sinceMs < TURN_MS_MAX) continue;
      await nextTurn();
      sinceMs = performance.now();
    }
  }
}
