import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresDataDir } from '../src/servers/postgres.ts';
import { removeStack } from '../src/stack/fresh.ts';
import { startStack } from '../src/stack/start-stack.ts';
import { writeAtomically } from '../src/state-dir.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('starts nothing if its signal is already aborted', async () => {
  await expect(startStack({ dir, signal: AbortSignal.abort() })).rejects.toThrow('the start was aborted');
  expect(readdirSync(dir)).toEqual(['logs']);
});

it.each(['', 'logs'])('a file in place of the folder %j is named, with what to do', async (folder) => {
  const file = join(dir, folder);
  rmSync(dir, { recursive: true });
  if (folder !== '') mkdirSync(dir);
  writeFileSync(file, '');
  const message = `the stack cannot write to its folder (EEXIST: file already exists, mkdir '${file}'): give this user`;
  await expect(startStack({ dir })).rejects.toThrow(message);
});

it('a folder that cannot be created in /proc is named, too', async () => {
  const message = "the stack cannot write to its folder (ENOENT: no such file or directory, mkdir '/proc/none')";
  await expect(startStack({ dir: '/proc/none/.mo' })).rejects.toThrow(message);
});

it('a log level that the services would refuse is named before anything is started', async () => {
  const started = startStack({ dir, env: { LOG_LEVEL: 'loud' } });
  await expect(started).rejects.toThrow(
    'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent, not "loud"',
  );
  expect(readdirSync(dir)).toEqual(['logs']);
});

it('a file that cannot be replaced is left unchanged, and no partial file remains', () => {
  const path = join(dir, 'stack.json');
  mkdirSync(path);
  expect(() => writeAtomically(path, 'text')).toThrow();
  expect(readdirSync(dir)).toEqual(['stack.json']);
});

it('the removal of a stack leaves no data, even in a folder that is closed to other users', async () => {
  const stack = join(dir, 'stack');
  const data = postgresDataDir(stack);
  for (const path of [stack, data]) mkdirSync(path, { recursive: true });
  await removeStack(stack);
  expect([existsSync(stack), existsSync(data)]).toEqual([false, false]);
});
