import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FailedLines } from '../src/import/failed-lines.ts';
import { PART_LINES_MAX, partsOf } from '../src/import/lines.ts';
import { formatOf, scan } from '../src/import/scan.ts';
import { isAtWork, keyOf, newState, readState, startOf, writeState } from '../src/import/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'mo-import-'));
afterAll(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const START = { offset: 0, line: 1 };
/** First lines, and whether the API reads them as headers; `bulk-readers` of the customers service has the same list. */
const FIRST_LINES = [
  ['external_id,score', true],
  ['Score,"External_ID"', true],
  ['status, external_id ,score', true],
  ['external_id', true],
  ['external_id,100.00', false],
  ['external_id, 5,active', false],
  ['"external_id","5"', false],
  ['ada,5,external_id', false],
  ['ada,score', false],
  ['ada,100.00', false],
] as const;

function file(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('the parts of a file', () => {
  const content = Array.from({ length: 2 * PART_LINES_MAX + 1 }, (_, place) => `ü${place},1.00\r\n`).join('');

  it('are its bytes, up to the maximum number of lines each, with line numbers', async () => {
    const path = file('whole.csv', content.slice(0, -2));
    const parts = await all(partsOf(path, START));
    expect(parts.map(({ firstLine, lines }) => [firstLine, lines.length])).toEqual([
      [1, PART_LINES_MAX],
      [PART_LINES_MAX + 1, PART_LINES_MAX],
      [2 * PART_LINES_MAX + 1, 1],
    ]);
    expect(Buffer.concat(parts.flatMap(({ lines }) => lines))).toEqual(readFileSync(path));
    expect(parts.at(-1)?.end).toBe(readFileSync(path).length);
  });

  it('start where the previous part ended', async () => {
    const path = file('again.csv', content);
    const [, second, third] = await all(partsOf(path, START));
    const first = (await partsOf(path, START).next()).value as { end: number };
    const rest = await all(partsOf(path, { offset: first.end, line: PART_LINES_MAX + 1 }));
    expect(rest).toEqual([second, third]);
  });

  it('are limited in bytes, and so is a line', async () => {
    const long = `${'x'.repeat(700_000)}\n`;
    const parts = await all(partsOf(file('long.csv', long.repeat(7)), START));
    expect(parts.map(({ lines }) => lines.length)).toEqual([5, 2]);
    const endless = file('endless.csv', `a,1\n${'x'.repeat(1_100_000)}`);
    await expect(all(partsOf(endless, START))).rejects.toThrow('line 2 is longer than 1048576 bytes');
  });
});

describe('a scan', () => {
  const scanOf = (content: string, format: 'csv' | 'ndjson' = 'csv') => scan(file('scanned', content), format, signal);

  it('recognises a header line (quoted, with a byte order mark, in any case) as the start of each part', async () => {
    const header = Buffer.from('\ufeff"Score", EXTERNAL_ID \r\n');
    expect(await scanOf(`${header.toString()}1,a\n2,b`)).toMatchObject({
      lines: 3,
      header,
      prefix: header,
      start: { offset: header.length, line: 2 },
    });
    expect(await scanOf('external_id,score')).toMatchObject({ lines: 1, prefix: Buffer.from('external_id,score\n') });
  });

  it('finds the header below empty lines, as the API does', async () => {
    const empty = '\ufeff\r\n \n';
    const header = Buffer.from('score,external_id\n');
    expect(await scanOf(`${empty}${header.toString()}1,a\n`)).toMatchObject({
      lines: 4,
      header,
      prefix: header,
      start: { offset: Buffer.byteLength(empty) + header.length, line: 4 },
    });
    expect(await scanOf('\n\na,1\n')).toMatchObject({ header: null, start: START });
    expect(await scanOf('\n\n')).toMatchObject({ header: null, start: START });
  });

  it('adds a header to each part of a file without one, and none to NDJSON', async () => {
    const prefix = Buffer.from('external_id,score,status,preapproved_at\n');
    expect(await scanOf('a,1\nexternal_id,2\n')).toMatchObject({ lines: 2, header: null, prefix, start: START });
    expect((await scanOf('\ufeffa,1\n')).start).toEqual({ offset: 3, line: 1 });
    expect(await scanOf('{"external_id":"a"}\n', 'ndjson')).toMatchObject({ header: null, prefix: null, start: START });
  });

  it.each(FIRST_LINES)('takes the first line %j for a header as the API does: %s', async (line, isHeader) => {
    const { header } = await scanOf(`${line}\nbob,5\n`);
    expect(header?.toString() ?? null).toBe(isHeader ? `${line}\n` : null);
  });

  it('distinguishes files by their hash', async () => {
    const [a, b, again] = [await scanOf('a,1\n'), await scanOf('a,2\n'), await scanOf('a,1\n')];
    expect(a.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect([a.sha256 === b.sha256, a.sha256 === again.sha256]).toEqual([false, true]);
  });

  it('reads no stream, which could be read only once', async () => {
    const fifo = join(dir, 'fifo.csv');
    await promisify(execFile)('mkfifo', [fifo]);
    for (const path of [fifo, '/dev/null']) await expect(scan(path, 'csv', signal)).rejects.toThrow(/no regular file/);
  });

  it('reports what is wrong with a file', async () => {
    await expect(scan(join(dir, 'none'), 'csv', signal)).rejects.toThrow(/none: there is no such file/);
    await expect(scan(dir, 'csv', signal)).rejects.toThrow(/it is a folder/);
    await expect(scanOf('')).rejects.toThrow(/is empty/);
    const lone = /its header contains a CR that is not followed by LF: lines end with LF or CRLF/;
    for (const text of ['external_id,score\ra,1\rb,2\r', 'external_id,score\ra,1\r\nb,2\r\n'])
      await expect(scanOf(text)).rejects.toThrow(lone);
    expect([formatOf('a.CSV'), formatOf('b.jsonl'), formatOf('c.ndjson')]).toEqual(['csv', 'ndjson', 'ndjson']);
    expect(() => formatOf('people.json')).toThrow(/must end in .csv, .ndjson, .jsonl.*jq -c/);
    expect(() => formatOf('people')).toThrow(/or --format must be given$/);
  });
});

describe('failed lines', () => {
  const lines = ['a,x\n', 'b,1\n', 'c,y'].map((text) => Buffer.from(text));
  const part = { firstLine: 101, lines, end: 11 };
  const errorOf = (line: number) => ({ line, external_id: null, code: 'invalid_request', detail: 'score' });
  const paths = [join(dir, 'x.failed.csv'), join(dir, 'x.errors.ndjson')] as const;
  const failedLines = new FailedLines(...paths, Buffer.from('external_id,score\n'));
  const contents = () => paths.map((path) => readFileSync(path, 'utf8'));

  it('are stored unchanged below the header of their file, with the reasons in a second file', () => {
    const first = failedLines.add(part, [errorOf(1)], true);
    const second = failedLines.add(part, [errorOf(3)], false);
    const [texts = '', reasons = ''] = contents();
    expect(texts).toBe('external_id,score\na,x\nc,y\n');
    const numbers = reasons
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line);
    expect(numbers).toEqual([101, 103]);
    expect([first.failed + second.failed, first.errors + second.errors]).toEqual([texts.length, reasons.length]);
  });

  it('are cut to the progress of the import', () => {
    const [texts = '', reasons = ''] = contents();
    failedLines.cut({ failed_bytes: texts.length - 4, errors_bytes: reasons.length / 2 });
    expect(contents()).toEqual([texts.slice(0, -4), reasons.slice(0, reasons.length / 2)]);
    const before = contents();
    failedLines.cut({ failed_bytes: texts.length + 1, errors_bytes: reasons.length + 1 });
    expect(contents()).toEqual(before);
    failedLines.cut({ failed_bytes: 0, errors_bytes: 0 });
    expect(paths.map((path) => existsSync(path))).toEqual([false, false]);
  });
});

describe('the state', () => {
  const path = join(dir, 'state.json');
  const state = newState({ sha256: 'f', lines: 3, start: { offset: 18, line: 2 } }, 'http://g');

  it('is read as it was written, and gives each part its own idempotency key', () => {
    expect(readState(path)).toBeNull();
    writeState(path, state);
    expect(readState(path)).toEqual(state);
    expect(state.done).toMatchObject({ parts: 0, offset: 18, line: 2, created: 0 });
    const next = { ...state, done: { ...state.done, parts: 1 } };
    expect([keyOf(state), keyOf(next)]).toEqual([`${state.key}-1`, `${state.key}-2`]);
    expect(newState({ sha256: 'f', lines: 3, start: START }, 'http://g').key).not.toBe(state.key);
  });

  it.each(['', '{}', '{"version":1,"key":"k","done":{}}', '{"version":2,"key":"k","done":{"offset":1}}'])(
    'is not %j',
    (text) => {
      writeFileSync(path, text);
      expect(() => readState(path)).toThrow(/is not the state of an import: .*--restart/);
    },
  );

  it('shows whether another process is at work', () => {
    const of = (pid: number | null) => isAtWork({ ...state, pid, pid_start: null });
    expect([of(process.pid), of(null), of(process.ppid), of(2 ** 22 - 1)]).toEqual([false, false, true, false]);
  });

  it('of a killed import is not taken for that of a later process with the same id', () => {
    const of = (pid_start: string | null) => isAtWork({ ...state, pid: process.ppid, pid_start });
    const start = startOf(process.ppid);
    expect(start).toMatch(/^[0-9a-f-]{36} \d+$/);
    expect([of(start), of(`${start}0`), of(null)]).toEqual([true, false, true]);
    expect(newState({ sha256: 'f', lines: 3, start: START }, 'http://g')).toMatchObject({
      pid: process.pid,
      pid_start: startOf(process.pid),
    });
  });
});
