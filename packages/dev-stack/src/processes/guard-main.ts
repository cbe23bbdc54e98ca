/**
 * The guard: a separate process that outlives its supervisor just long enough to clean up after it.
 *
 * It reads its orders, one JSON line each, from a pipe whose other end only the supervisor holds. Orders from before
 * its start are in its argument. However the supervisor ends, including kill -9, the system closes the pipe. At the end
 * of its input the guard stops the watched processes, removes the paths and containers of its orders, and exits. This
 * is its only input: no polling, no pid file.
 */
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { GuardOrder } from './guard.ts';
import { climb, hurried } from './ladder.ts';
import { poll } from './poll.ts';
import { isRunning, sendSignal } from './proc.ts';

/** A killed process is gone when the system has released its memory, which takes seconds on a slow machine. */
const goneTimeoutMs = 5_000;
const pollEveryMs = 20;
const watched = new Map<string, Extract<GuardOrder, { watch: unknown }>['watch']>();
const paths = new Set<string>();
const labels = new Set<string>();

// Ctrl-C in a terminal, or a signal to the whole group, is meant for the supervisor: the guard exits after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for (const order of JSON.parse(process.argv[2] ?? '[]') as GuardOrder[]) obey(order);
process.stdout.on('error', () => {}); // the supervisor may have closed this pipe
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) obey(JSON.parse(line) as GuardOrder);
const ended = await Promise.allSettled([...[...watched.values()].map(end), ...[...labels].map(removeContainers)]);
for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 });
process.exit(ended.every(({ status }) => status === 'fulfilled') ? 0 : 1);

function obey(order: GuardOrder) {
  if ('watch' in order) watched.set(order.watch.identity, order.watch);
  else if ('forget' in order) watched.delete(order.forget);
  else if ('removePath' in order) paths.add(order.removePath);
  else labels.add(order.removeContainers);
}

async function end({ pid, identity, ladder }: Extract<GuardOrder, { watch: unknown }>['watch']) {
  const isGone = () => !isRunning(identity);
  const signal = (name: NodeJS.Signals) => void (isGone() || sendSignal(pid, name));
  const gone = poll(isGone, Number.POSITIVE_INFINITY, pollEveryMs); // this process exits after the last wait
  if (!(await climb(hurried(ladder), signal, gone, goneTimeoutMs))) throw new Error(`process ${pid} does not stop`);
}

async function removeContainers(label: string) {
  const { removeLabelled } = await import('../servers/engine.ts');
  await removeLabelled(label);
}
