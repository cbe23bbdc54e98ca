import { buffer } from 'node:stream/consumers';
import { filePart } from '../src/bulk/multipart.ts';
import { formOf } from './bulk-harness.ts';

const LINES = 'a,1\n'.repeat(4);

/** Reads the file of a form that arrives in these pieces. */
async function fileOf(type: string, pieces: readonly string[]): Promise<string> {
  const part = await filePart(
    type,
    (async function* () {
      for (const piece of pieces) yield Buffer.from(piece);
    })(),
  );
  return String(await buffer(part.bytes));
}

describe('a form', () => {
  const { type, body } = formOf([
    { name: 'file', body: LINES },
    { name: 'more', fileName: 'b.csv', body: LINES },
  ]);
  const whole = body.join('');

  it('is read in pieces of any size', async () => {
    for (const size of [1, 7, whole.length])
      expect(await fileOf(type, whole.match(new RegExp(`[^]{1,${size}}`, 'g')) as string[])).toBe(LINES);
  });

  it('is refused wherever it is cut off', async () => {
    // The last line end is optional.
    for (let length = 0; length < whole.length - 2; length += 1) {
      const read = fileOf(type, [whole.slice(0, length)]);
      await expect(read.then(() => length)).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });
});
