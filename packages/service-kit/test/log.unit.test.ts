import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { wideLines } from './wide-lines.ts';

const main = fileURLToPath(new URL('./log-main.ts', import.meta.url));
let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

/** Starts a process that logs; answers with its lines, as they come. */
function linesOf(way: string): AsyncIterator<string> {
  child = spawn(process.execPath, ['--conditions=source', main, way], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('the process has no output');
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

async function all(lines: AsyncIterator<string>): Promise<unknown[]> {
  const messages: unknown[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next())
    messages.push((JSON.parse(next.value) as { msg: unknown }).msg);
  return messages;
}

it('what was logged is written before the process exits', async () => {
  expect(await all(linesOf('exit'))).toEqual(['one', 'two']);
});

it('a fatal line is written at once, with all that was logged before it', async () => {
  expect(await all(linesOf('fatal'))).toEqual(['one', 'two', 'dying']);
});

it('many lines are written whole and in order, and those of another logger after them', async () => {
  const lines = await all(linesOf('many'));
  expect(lines).toEqual(['one', 'two', ...Array.from({ length: 1_000 }, (_, line) => String(line)), 'last']);
});

it('lines are written whole and in order whatever they are made of, and however long', async () => {
  expect(await all(linesOf('wide'))).toEqual(['one', 'two', ...wideLines()]);
});

it('lines are not held back while the process goes on', async () => {
  const lines = linesOf('waiting');
  expect([(await lines.next()).done, (await lines.next()).done]).toEqual([false, false]);
  expect(child.exitCode).toBeNull();
  child.kill();
  await once(child, 'exit');
});
