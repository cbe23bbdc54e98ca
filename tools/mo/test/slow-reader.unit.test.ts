/** Output to a slow reader. */
import { Writable } from 'node:stream';
import { Output } from '../src/output/output.ts';

const COLUMNS = [{ head: 'NAME', of: ({ name }: { name: string }) => name }];
const ROWS = 2_000;
const HELD_BYTES_MAX = 1_000;
/** The rows that a table prints together come on top. */
const TABLE_BYTES_MAX = 2_500;

const name = (place: number) => ({ name: `name-${place}` });

/** A reader that takes one line per turn of the event loop; `held` is the maximum number of buffered bytes. */
function slowReader() {
  const read = { text: '', held: 0 };
  const stdout = new Writable({
    highWaterMark: HELD_BYTES_MAX,
    write: (text: Buffer, _encoding, done) => {
      read.held = Math.max(read.held, stdout.writableLength);
      read.text += text.toString();
      setImmediate(done);
    },
  });
  return { stdout, read };
}

it.each([
  ['JSON', true, HELD_BYTES_MAX + 100],
  ['a table', false, HELD_BYTES_MAX + TABLE_BYTES_MAX],
])('rows as %s wait for the reader, and all of them arrive', async (_what, isJson, heldMax) => {
  const { stdout, read } = slowReader();
  const out = new Output(isJson, stdout, stdout);
  expect(
    await out.rows(
      Array.from({ length: ROWS }, (_, place) => name(place)),
      COLUMNS,
    ),
  ).toBe(ROWS);
  const ended = Promise.withResolvers<void>();
  stdout.end(ended.resolve);
  await ended.promise;
  expect(read.text.match(/name-\d+/g)).toEqual(Array.from({ length: ROWS }, (_, place) => name(place).name));
  expect(read.held).toBeLessThanOrEqual(heldMax);
});

it('a wait for a reader that reads nothing ends when the command is stopped', async () => {
  const stopping = new AbortController();
  const stuck = new Writable({ highWaterMark: 1, write: () => {} });
  const out = new Output(true, stuck, stuck, () => stopping.signal);
  const printed = out.rows([name(1), name(2)], COLUMNS);
  const reason = new Error('stopped');
  stopping.abort(reason);
  await expect(printed).rejects.toBe(reason);
});
