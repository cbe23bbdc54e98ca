/**
 * The guard: a process of its own that outlives its supervisor just long enough to clean up after it.
 *
 * It reads its orders, a JSON line each, from a pipe whose other end only the supervisor holds; those that stood before it
 * was started are its argument. However the supervisor ends, by kill -9 too, the system closes that end; the guard sees the
 * end of its input, stops what it was told to watch, removes what it was told to remove, and goes. It has no other way of
 * being told: no polling, no pid file.
 */
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { GuardOrder } from './guard.ts';
import { climb, hurried } from './ladder.ts';
import { poll } from './poll.ts';
import { lives, sendSignal } from './proc.ts';

const goneMsMax = 5_000;
const watched = new Map<string, Extract<GuardOrder, { watch: unknown }>['watch']>();
const folders = new Set<string>();
const labels = new Set<string>();

// The terminal's Ctrl-C, and whoever signals a whole group, means the supervisor: the guard goes after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for (const order of JSON.parse(process.argv[2] ?? '[]') as GuardOrder[]) obey(order);
process.stdout.on('error', () => {}); // nobody listens any more
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) obey(JSON.parse(line) as GuardOrder);
const ended = await Promise.allSettled([...[...watched.values()].map(end), ...[...labels].map(removeContainers)]);
for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
process.exit(ended.every(({ status }) => status === 'fulfilled') ? 0 : 1);

function obey(order: GuardOrder) {
  if ('watch' in order) watched.set(order.watch.identity, order.watch);
  else if ('forget' in order) watched.delete(order.forget);
  else if ('removeFolder' in order) folders.add(order.removeFolder);
  else labels.add(order.removeContainers);
}

async function end({ pid, identity, ladder }: Extract<GuardOrder, { watch: unknown }>['watch']) {
  const isOurs = () => lives(identity);
  const gone = poll(() => !isOurs(), goneMsMax, 20);
  await climb(hurried(ladder), (signal) => isOurs() && sendSignal(pid, signal), gone);
  if (!(await gone)) throw new Error(`process ${pid} does not end`);
}

async function removeContainers(label: string) {
  const { removeLabelled } = await import('../servers/engine.ts');
  await removeLabelled(label);
}
