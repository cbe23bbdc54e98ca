/** How a process stops, on a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { STOP_TIMEOUT_MS_MAX } from '../src/index.ts';
import type { LogLine } from './harness.ts';

const MAIN = fileURLToPath(new URL('./stop-main.ts', import.meta.url));
const STARTING_MAIN = fileURLToPath(new URL('./starting-main.ts', import.meta.url));
const LONG_MS = 600_000;

let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

/** Starts a process whose second step never ends, within these limits, and sends it a signal; answers with its log. */
async function stopped(stepTimeoutMs: number, stopTimeoutMs: number): Promise<LogLine[]> {
  const args = ['--conditions=source', MAIN, String(stepTimeoutMs), String(stopTimeoutMs)];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  if (child.stdout === null) throw new Error('the process has no output');
  const log = text(child.stdout);
  await once(child, 'message');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const lines = (await log)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
  // A block that is being written when the process exits may follow the last lines.
  const atMs = ({ time }: LogLine) => Date.parse(String(time));
  const isLast = ({ msg }: LogLine) => Number(msg.startsWith('stopped'));
  return lines.sort((a, b) => atMs(a) - atMs(b) || isLast(a) - isLast(b));
}

it('a step that exceeds its limit, or fails, does not affect the others', async () => {
  const log = await stopped(50, LONG_MS);
  expect(log.map(({ msg }) => msg)).toEqual([
    'stopping',
    'the first step',
    'a step of the shutdown failed',
    'a step of the shutdown failed',
    'the last step',
    'stopped, but some steps were not completed',
  ]);
  expect(log[2]).toMatchObject({ step: 'stuck', err: { message: 'stuck took more than 50 ms' } });
  expect(log.at(-1)).toMatchObject({ level: 'warn', steps: ['stuck', 'broken'] });
});

it('all steps together have a limit: the remaining steps are not started, and are named', async () => {
  const log = await stopped(LONG_MS, 200);
  expect(log.map(({ msg }) => msg)).toEqual([
    'stopping',
    'the first step',
    'a step of the shutdown failed',
    'stopped, but some steps were not completed',
  ]);
  expect(log.at(-1)).toMatchObject({ level: 'warn', steps: ['stuck', 'broken', 'last'] });
});

it.each([
  ['docker-compose.yml', /\nx-process:.*?stop_grace_period: (\d+)s/s],
  ['deploy/helm/mo-loans/templates/deployments.yaml', /terminationGracePeriodSeconds: .*preStopSeconds (\d+) /],
])('a process has stopped before %s lets it be killed', (file, seconds) => {
  const settings = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(Number(seconds.exec(settings)?.[1]) * 1_000).toBeGreaterThan(STOP_TIMEOUT_MS_MAX);
});

it.each(['SIGTERM', 'SIGINT'] as const)('%s ends a process that has not started yet', async (signal) => {
  child = spawn(process.execPath, ['--conditions=source', STARTING_MAIN], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});
