/** How an import continues after every kind of interruption, with a stand-in for the bulk endpoint. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { MoClient } from '@mo/client';
import { listen } from '@mo/dev-stack/listen';
import { importCustomers } from '../src/import/import.ts';
import { PART_LINES_MAX } from '../src/import/lines.ts';
import { type ImportState, startOf } from '../src/import/state.ts';

const BAD = [3, PART_LINES_MAX + 7, 2 * PART_LINES_MAX + 1];
const lines = Array.from(
  { length: 2 * PART_LINES_MAX + 5 },
  (_, place) => `c${place},${BAD.includes(place) ? 'x' : '1'}\n`,
);
const FAILED = ['external_id,score\n', ...BAD.map((place) => `c${place},x\n`)].join('');

/** The uploads: the idempotency key, and the number of lines. */
let uploads: { key: string; lines: number }[];
/** Requests from this one on, counted from 1, take effect but get no answer. */
let loseFrom: number;
/** Which key created which line. */
let created: Map<string, string>;

const server = createServer((request, response) => {
  void text(request).then((body) => {
    const key = String(request.headers['idempotency-key']);
    const rows = body.trimEnd().split('\n').slice(1);
    uploads.push({ key, lines: rows.length });
    const errors = rows.flatMap((row, place) => {
      const [external_id = '', score] = row.split(',');
      const isFirst = !created.has(external_id);
      if (score !== 'x' && isFirst) created.set(external_id, key);
      const code = score === 'x' ? 'invalid_request' : created.get(external_id) === key ? null : 'already_exists';
      return code === null ? [] : [{ line: place + 2, external_id, code, detail: code }];
    });
    if (uploads.length >= loseFrom) return request.socket.destroy();
    const failed = errors.length;
    const summary = { received: rows.length, created: rows.length - failed, failed, errors, errors_truncated: false };
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(summary));
  });
});

let url: string;
let dir: string;
let path: string;
beforeAll(async () => {
  url = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(() => server.close());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-import-'));
  path = join(dir, 'people.csv');
  writeFileSync(path, `external_id,score\n${lines.join('')}`);
  [uploads, created, loseFrom] = [[], new Map(), Number.POSITIVE_INFINITY];
});
afterEach(() => rmSync(dir, { recursive: true }));

const notes: string[] = [];
const run = (change: Partial<Parameters<typeof importCustomers>[0]> = {}) =>
  importCustomers({
    path,
    format: undefined,
    output: undefined,
    isRestart: false,
    client: new MoClient({ url, apiKey: 'k', retry: { attemptsMax: 1 } }),
    gatewayUrl: url,
    signal: new AbortController().signal,
    progress: { write: () => true },
    note: (note) => notes.push(note),
    ...change,
  });
const statePath = () => `${path}.import.json`;
const state = () => JSON.parse(readFileSync(statePath(), 'utf8')) as ImportState;
const failedLines = () => readFileSync(join(dir, 'people.failed.csv'), 'utf8');
const errorLines = () =>
  readFileSync(join(dir, 'people.csv.errors.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { line: number }).line);
const WHOLE = { received: lines.length, created: lines.length - BAD.length, failed: BAD.length };

it('sends one part at a time, each with its own idempotency key', async () => {
  expect(await run()).toMatchObject({ ...WHOLE, failed_lines: join(dir, 'people.failed.csv') });
  const { key } = state();
  expect(uploads).toEqual([
    { key: `${key}-1`, lines: PART_LINES_MAX },
    { key: `${key}-2`, lines: PART_LINES_MAX },
    { key: `${key}-3`, lines: 5 },
  ]);
  expect(failedLines()).toBe(FAILED);
  expect(errorLines()).toEqual(BAD.map((place) => place + 2));
});

it('continues with the part whose answer was lost, with the same key', async () => {
  loseFrom = 2;
  await expect(run()).rejects.toThrow(/no answer/);
  expect(notes.at(-1)).toBe(`run again to continue at line ${PART_LINES_MAX + 2} of ${lines.length + 1}`);
  expect(state()).toMatchObject({ pid: null, finished_at: null, done: { parts: 1, line: PART_LINES_MAX + 2 } });
  loseFrom = Number.POSITIVE_INFINITY;
  expect(await run()).toMatchObject(WHOLE);
  expect(uploads.map(({ key }) => key.split('-').at(-1))).toEqual(['1', '2', '2', '3']);
  expect([failedLines(), created.size]).toEqual([FAILED, WHOLE.created]);
  expect(notes.at(-1)).toMatch(new RegExp(`^continuing at line ${PART_LINES_MAX + 2} of ${lines.length + 1} `));
});

it('does not keep failed lines twice that a killed run wrote before its state', async () => {
  loseFrom = 2;
  await expect(run()).rejects.toThrow(/no answer/);
  for (const name of ['people.failed.csv', 'people.csv.errors.ndjson'])
    writeFileSync(join(dir, name), 'of the part that is sent again\n', { flag: 'a' });
  loseFrom = Number.POSITIVE_INFINITY;
  await run();
  expect(failedLines()).toBe(FAILED);
  expect(errorLines()).toEqual(BAD.map((place) => place + 2));
});

it('keeps its reasons apart from those of a file with the same name in the other format', async () => {
  await run();
  writeFileSync(join(dir, 'people.ndjson'), 'c0,1\n');
  expect(await run({ path: join(dir, 'people.ndjson') })).toMatchObject({ received: 0, failed: 0 });
  expect(errorLines()).toEqual(BAD.map((place) => place + 2));
});

it('counts a line that repeats a line of an earlier part as failed', async () => {
  writeFileSync(path, `external_id,score\n${lines.join('')}c0,1\n`);
  expect(await run()).toMatchObject({ failed: BAD.length + 1, created: WHOLE.created });
  expect(failedLines()).toBe(`${FAILED}c0,1\n`);
});

describe('a file that was imported', () => {
  it('is not imported again without --restart', async () => {
    await run();
    const before = uploads.length;
    expect(await run()).toMatchObject(WHOLE);
    expect([uploads.length, notes.at(-1)]).toEqual([before, expect.stringMatching(/^already imported at .*--restart/)]);
    expect(await run({ isRestart: true })).toMatchObject({ created: 0, failed: lines.length });
  });

  it('is a new import after a change, or for another gateway', async () => {
    await run();
    const { key } = state();
    expect(await run({ gatewayUrl: 'http://elsewhere' })).toMatchObject({ created: 0 });
    writeFileSync(path, 'new,1\n');
    expect(await run()).toMatchObject({ received: 1, created: 1, failed_lines: null });
    expect(state().key).not.toBe(key);
  });
});

describe('an unfinished import', () => {
  beforeEach(async () => {
    loseFrom = 2;
    await expect(run()).rejects.toThrow(/no answer/);
  });

  it('does not continue with a changed file or another gateway', async () => {
    await expect(run({ gatewayUrl: 'http://elsewhere' })).rejects.toThrow(/uses http:\/\/127.*--restart/);
    writeFileSync(path, 'new,1\n');
    await expect(run()).rejects.toThrow(/the file has changed since the import that started.*--restart/);
  });

  it('is left alone while another process runs it', async () => {
    writeFileSync(statePath(), JSON.stringify({ ...state(), pid: process.ppid, pid_start: null }));
    await expect(run()).rejects.toThrow(
      `process ${process.ppid} is importing this file: if it is another program, set`,
    );
  });

  it('continues although another process has got the id of the one that was killed', async () => {
    writeFileSync(statePath(), JSON.stringify({ ...state(), pid: process.ppid, pid_start: 'an earlier boot' }));
    loseFrom = Number.POSITIVE_INFINITY;
    expect(await run()).toMatchObject(WHOLE);
    expect(state().pid_start).toBe(startOf(process.pid));
  });

  it('warns of wrong reports if its keys may have expired', async () => {
    writeFileSync(statePath(), JSON.stringify({ ...state(), started_at: '2020-01-01T00:00:00Z' }));
    loseFrom = Number.POSITIVE_INFINITY;
    await run();
    expect(notes.at(-1)).toMatch(/more than 24 hours ago/);
  });
});
