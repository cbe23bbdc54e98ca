/** A named pipe that is full, or that nobody reads for a while, in the place of a disk that is full for a while. */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@mo/dev-stack/wait-for';
import { LogWriter } from '../src/log-writer.ts';

/** More than a pipe holds. */
const LONG_LINE = `${'x'.repeat(200_000)}\n`;

let folder: string;
let pipe: string;
/** Those that are closed after a test. */
let ends: number[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mo-log-'));
  pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  ends = [];
});
afterEach(() => {
  for (const end of ends) closeSync(end);
  rmSync(folder, { recursive: true });
});

const openEnd = (flags: number): number => openSync(pipe, flags | constants.O_NONBLOCK);

function open(flags: number): number {
  const end = openEnd(flags);
  ends.push(end);
  return end;
}

function close(end: number): void {
  ends.splice(ends.indexOf(end), 1);
  closeSync(end);
}

/**
 * A pipe that has a reader, a writer to it, and what that reported to be dropped. The writer's end stays open: a test may be over
 * before everything is written, and whatever is opened next would get the number of a closed one, and the lines.
 */
function start() {
  const reader = open(constants.O_RDONLY);
  const reported: number[] = [];
  const writer = new LogWriter(openEnd(constants.O_WRONLY), (dropped) => reported.push(dropped));
  return { reader, writer, reported };
}

/** What a pipe holds now. */
function readNow(reader: number): string {
  const bytes = Buffer.alloc(LONG_LINE.length);
  try {
    return bytes.toString('utf8', 0, readSync(reader, bytes));
  } catch {
    return ''; // nothing, for the moment
  }
}

/** Writes hyphens until a pipe holds no more. */
function fill(): void {
  const end = open(constants.O_WRONLY);
  const hyphens = '-'.repeat(LONG_LINE.length);
  try {
    for (;;) writeSync(end, hyphens);
  } catch {} // it is full
}

/** Reads until the end of this text has come. */
async function readTo(reader: number, end: string): Promise<string> {
  let text = '';
  await waitFor(() => {
    text += readNow(reader);
    return text.endsWith(end);
  });
  return text;
}

it('lines wait for a full pipe: none is dropped, and all arrive in order', async () => {
  const { reader, writer, reported } = start();
  fill();
  for (const line of [LONG_LINE, 'one\n', 'two\n']) writer.write(Buffer.from(line));
  expect((await readTo(reader, 'two\n')).replace(/^-+/, '')).toBe(`${LONG_LINE}one\ntwo\n`);
  expect([writer.dropped, reported]).toEqual([0, []]);
});

it('lines are dropped while nobody reads, and written again once somebody does', async () => {
  const { reader, writer, reported } = start();
  close(reader);
  writer.write(Buffer.from('one\ntwo\n'));
  await waitFor(() => writer.dropped === 2);
  writer.write(Buffer.from('three\n'));
  await waitFor(() => writer.dropped === 3);
  expect(reported).toEqual([]);
  const next = open(constants.O_RDONLY);
  for (const line of ['four\n', 'five\n']) writer.write(Buffer.from(line));
  expect(await readTo(next, 'five\n')).toBe('four\nfive\n');
  await waitFor(() => reported.length > 0);
  expect([writer.dropped, reported]).toEqual([3, [3]]);
});

it('a truncated line is a line of its own', async () => {
  const { reader, writer } = start();
  writer.write(Buffer.from(`one\n${LONG_LINE}`));
  let text = '';
  await waitFor(() => {
    text += readNow(reader);
    return text !== '';
  });
  close(reader);
  await waitFor(() => writer.dropped > 0);
  const next = open(constants.O_RDONLY);
  writer.write(Buffer.from('two\n'));
  text += await readTo(next, 'two\n');
  expect(text).toMatch(/^one\nx+\ntwo\n$/);
});

it("lines beyond the buffer's limit are dropped", () => {
  const { writer } = start();
  const block = Buffer.from(`${'x'.repeat(1024 * 1024 - 1)}\n`);
  // One is being written, and 16 MiB wait.
  for (let lines = 0; lines < 20; lines += 1) writer.write(block);
  expect(writer.dropped).toBe(3);
});

it('the last lines of a process do not wait for a pipe that stays full', () => {
  const { writer } = start();
  fill();
  writer.writeSync(Buffer.from('one\ntwo\n'));
  expect(writer.dropped).toBe(2);
});
