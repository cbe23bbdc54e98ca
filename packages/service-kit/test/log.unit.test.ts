import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@mo/dev-stack/wait-for';
import { wideLines } from './wide-lines.ts';

let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

/** Starts a process that logs, from a file beside this one. */
function start(main: string, way: string, stdio: StdioOptions): void {
  const path = fileURLToPath(new URL(main, import.meta.url));
  child = spawn(process.execPath, ['--conditions=source', path, way], { stdio });
}

/** Starts one that logs in some way; answers with its lines, as they come. */
function linesOf(way: string): AsyncIterator<string> {
  start('log-main.ts', way, ['ignore', 'pipe', 'inherit']);
  if (child.stdout === null) throw new Error('the process has no output');
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

/** The lines of one that logs more than a pipe holds: a file takes them, however long a reader stands still. */
async function messagesInFile(way: string): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mo-log-'));
  const file = join(folder, 'log');
  const output = openSync(file, 'w');
  start('log-main.ts', way, ['ignore', output, 'inherit']);
  closeSync(output);
  await once(child, 'exit');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  rmSync(folder, { recursive: true });
  return lines.map((line) => (JSON.parse(line) as { msg: unknown }).msg);
}

async function all(lines: AsyncIterator<string>): Promise<unknown[]> {
  const messages: unknown[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next())
    messages.push((JSON.parse(next.value) as { msg: unknown }).msg);
  return messages;
}

it('logged lines are written before the process exits', async () => {
  expect(await all(linesOf('exit'))).toEqual(['one', 'two']);
});

it('a fatal line is written at once, with all lines before it', async () => {
  expect(await all(linesOf('fatal'))).toEqual(['one', 'two', 'dying']);
});

it('many lines are written completely and in order, and those of another logger after them', async () => {
  const lines = await messagesInFile('many');
  expect(lines).toEqual(['one', 'two', ...Array.from({ length: 1_000 }, (_, line) => String(line)), 'last']);
});

it('all lines that wait are written when the process exits', async () => {
  const lines = await messagesInFile('ended');
  // In any order: the block that was being written may come later.
  expect(lines).toHaveLength(1_002);
  expect(new Set(lines)).toEqual(new Set(['one', 'two', ...Array.from({ length: 1_000 }, (_, line) => String(line))]));
});

it('lines of any content and length are written completely and in order', async () => {
  expect(await messagesInFile('wide')).toEqual(['one', 'two', ...wideLines()]);
});

it('lines are not delayed while the process continues', async () => {
  const lines = linesOf('waiting');
  expect([(await lines.next()).done, (await lines.next()).done]).toEqual([false, false]);
  expect(child.exitCode).toBeNull();
  child.kill();
  await once(child, 'exit');
});

it('a process exits even if nobody reads its log any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mo-log-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(pipe, constants.O_WRONLY);
  start('log-main.ts', 'unread', ['ignore', writer, 'inherit']);
  expect(await once(child, 'exit')).toEqual([0, null]);
  for (const end of [reader, writer]) closeSync(end);
  rmSync(folder, { recursive: true });
});

describe('a process whose log is on a full disk', () => {
  function startOnFullDisk(main: string, way = ''): void {
    const full = openSync('/dev/full', 'w');
    start(main, way, ['ignore', full, 'inherit', 'ipc']);
    closeSync(full);
  }

  /** Starts one that serves; answers with its origin. */
  async function serveOnFullDisk(): Promise<string> {
    startOnFullDisk('serving-main.ts');
    const [origin] = (await once(child, 'message')) as [string];
    return origin;
  }

  async function droppedBy(origin: string): Promise<number> {
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    return Number(/^mo_log_lines_dropped_total\S* (\d+)$/m.exec(metrics)?.[1]);
  }

  it('answers, counts the lines that it drops, and ends on SIGTERM', async () => {
    const origin = await serveOnFullDisk();
    await waitFor(async () => (await droppedBy(origin)) > 0);
    const before = await droppedBy(origin);
    expect((await fetch(`${origin}/nothing`)).status).toBe(404);
    await waitFor(async () => (await droppedBy(origin)) > before);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['exits', 'exit', [0, null]],
    ['dies', 'fatal', [null, 'SIGKILL']],
  ])('ends if it %s', async (_what, way, expected) => {
    startOnFullDisk('log-main.ts', way);
    expect(await once(child, 'exit')).toEqual(expected);
  });

  it('writes lines again once the disk has room, and reports how many it dropped', async () => {
    const origin = await serveOnFullDisk();
    await waitFor(async () => (await droppedBy(origin)) > 0);
    const folder = mkdtempSync(join(tmpdir(), 'mo-log-'));
    const file = join(folder, 'log');
    child.send(file);
    await waitFor(async () => {
      await fetch(`${origin}/nothing`);
      return existsSync(file) && readFileSync(file, 'utf8').includes('dropped');
    });
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ msg: 'request', status: 404 });
    expect(lines.find(({ dropped }) => dropped !== undefined)).toMatchObject({
      level: 'warn',
      dropped: await droppedBy(origin),
      msg: 'log lines were dropped because they could not be written',
    });
    rmSync(folder, { recursive: true });
  });
});
