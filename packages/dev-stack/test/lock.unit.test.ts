import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { takeLock } from '../src/stack/lock.ts';

const contenderMain = fileURLToPath(new URL('./fixtures/lock-contender.ts', import.meta.url));
/** No process has this start time. */
const gone = '1@0';
const stale = JSON.stringify({ supervisor: gone, guard: gone });
/** The permit to remove a lock with this text. */
const permitFor = (text: string) => `lock.json.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

let dir: string;
const contenders: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-lock-'));
});
afterEach(() => {
  for (const contender of contenders.splice(0)) contender.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

function contend(dirs: string[]) {
  const contender = spawn(process.execPath, [contenderMain, ...dirs], { stdio: ['ignore', 'pipe', 'inherit'] });
  contenders.push(contender);
  const lines = createInterface({ input: contender.stdout })[Symbol.asyncIterator]();
  return async () => (await lines.next()).value as string;
}

describe('the lock of a stack', () => {
  test.each([
    ['stale', stale],
    ['damaged', '{"superv'],
    ['missing', undefined],
  ])('goes to exactly one of several processes that start at once when it is %s', async (_, text) => {
    const dirs = Array.from({ length: 20 }, (_round, index) => join(dir, String(index)));
    for (const folder of dirs) {
      mkdirSync(folder);
      if (text !== undefined) writeFileSync(join(folder, 'lock.json'), text);
    }
    const nextLines = [1, 2, 3].map(() => contend(dirs));
    for (const folder of dirs) {
      for (const nextLine of nextLines) expect(await nextLine()).toBe(folder);
      writeFileSync(join(folder, 'go'), '');
      const outcomes = await Promise.all(nextLines.map((nextLine) => nextLine()));
      const { supervisor } = JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as { supervisor: string };
      const refusal = expect.stringContaining(`already running: process ${supervisor.split('@')[0]} uses`);
      expect(outcomes.toSorted()).toEqual([refusal, refusal, 'won']);
      expect(readdirSync(folder).toSorted()).toEqual(['go', 'lock.json']);
    }
  });

  test('can be taken although a process was killed while it removed a stale one', async () => {
    const killed = JSON.stringify({ supervisor: gone, guard: gone, id: 'killed' });
    writeFileSync(join(dir, 'lock.json'), stale);
    writeFileSync(join(dir, permitFor(stale)), killed);
    const release = await takeLock(dir, process.pid);
    expect(readdirSync(dir)).toEqual(['lock.json']);
    release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('is not released by a process whose lock was removed and taken by another one', async () => {
    const release = await takeLock(dir, process.pid);
    writeFileSync(join(dir, 'lock.json'), stale);
    release();
    expect(readFileSync(join(dir, 'lock.json'), 'utf8')).toBe(stale);
  });
});
