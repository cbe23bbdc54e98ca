import { type CheckedLine, checkLine } from './check-line.ts';
import type { Upload } from './formats.ts';
import { CHUNK_LINES_MAX } from './limits.ts';
import type { ReadLine } from './lines.ts';

/** The checked lines of an upload in chunks; the next chunk is read once the previous one is processed. */
export async function* chunksOf({ reader, bytes, surplus }: Upload): AsyncGenerator<CheckedLine[]> {
  let lines: CheckedLine[] = [];
  let last = 0;
  function* full(reads: Iterable<ReadLine>): Generator<CheckedLine[]> {
    for (const read of reads) {
      last = read.line;
      lines.push(checkLine(read));
      if (lines.length < CHUNK_LINES_MAX) continue;
      yield lines;
      lines = [];
    }
  }
  for await (const piece of bytes) yield* full(reader.read(piece));
  yield* full(reader.end());
  const fault = (name: string) => `is the unknown part ${JSON.stringify(name)} after the file`;
  yield* full(surplus().map((name, place) => ({ line: last + 1 + place, fault: fault(name) })));
  if (lines.length > 0) yield lines;
}
