/**
 * A chaos run: starts the stack, puts load on it, injects faults in the order that the seed determines, stops the
 * faults, waits until the streams drain, and compares everything with the callers' answers.
 */
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Replicas, type Stack, startStack } from '@mo/dev-stack';
import { Random } from '@mo/dev-stack/random';
import { checkAll } from './checks/check-all.ts';
import { Caller } from './clients/caller.ts';
import type { CallerParts } from './clients/conversation.ts';
import { live } from './clients/life.ts';
import { upload } from './clients/uploads.ts';
import { Assault } from './faults/assault.ts';
import { Processes } from './faults/processes.ts';
import { Recovery } from './faults/recovery.ts';
import { Striker } from './faults/striker.ts';
import { Ways } from './faults/ways.ts';
import { Ledger } from './ledger.ts';
import type { Report } from './report.ts';
import { Tally } from './tally.ts';
import { messageFigures } from './webhooks/figures.ts';
import { Owner } from './webhooks/owner.ts';
import { Receiver } from './webhooks/receiver.ts';

const WARM_UP_MS = 2_000;

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly replicas: Replicas;
  readonly clients: number;
  /** A new directory for data and logs. */
  readonly dir: string;
  readonly fsync?: boolean;
  /** Ends after this many faults, if they are done before the time is over. */
  readonly faultsMax?: number;
  /** Aborting it stops everything at once, without a report. */
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
}

/** Runs everything and returns the report. Rejects only if the stack can't be started or the signal is aborted. */
export async function chaos(options: ChaosOptions): Promise<Report> {
  const { dir, replicas, fsync = true, signal = new AbortController().signal } = options;
  mkdirSync(dir, { recursive: true });
  const log = (line: string) => {
    appendFileSync(join(dir, 'chaos.log'), `${new Date().toISOString()} ${line}\n`);
    options.log(line);
  };
  const ways = new Ways();
  const env = { ...STACK_ENV, ...NO_OUTSIDE_SERVERS };
  const quiet = (line: string) => appendFileSync(join(dir, 'stack.log'), `${new Date().toISOString()} ${line}\n`);
  log(`starting the stack in ${dir} …`);
  const stack = await startStack({ dir, replicas, fsync, env, detour: ways.detour, log: quiet, signal });
  try {
    return await Promise.race([run({ ...options, signal, log }, stack, ways), untilAborted(signal)]);
  } finally {
    ways.become('open');
    await stack.stop(signal);
    ways.stop();
  }
}

/** The receiver of the webhooks is on this machine. */
const STACK_ENV = {
  MO_SERVERS: 'embedded',
  LOG_LEVEL: 'warn',
  TOPIC_PREFIX: 'mo',
  WEBHOOKS_NETWORKS: '127.0.0.0/8',
};
/** Always the stack's own servers, whatever the environment names. */
const NO_OUTSIDE_SERVERS = {
  KAFKA_BROKERS: '',
  CUSTOMERS_DATABASE_URL: '',
  LOANS_DATABASE_URL: '',
  PAYMENTS_DATABASE_URL: '',
  WEBHOOKS_DATABASE_URL: '',
};

/** @throws the signal's reason when it is aborted */
async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

type RunOptions = ChaosOptions & { readonly signal: AbortSignal };

async function run(options: RunOptions, stack: Stack, ways: Ways): Promise<Report> {
  const { seed } = options;
  const [tally, recovery] = [new Tally(), new Recovery()];
  const caller = new Caller({ url: stack.url, apiKey: stack.apiKey, tally, recovery });
  const receiver = await Receiver.start({
    random: new Random(seed, 'receiver'),
    tally,
    onAccepted: (decidedMs) => recovery.done('webhooks', decidedMs - performance.timeOrigin),
  });
  try {
    return await attack(options, { stack, ways, tally, recovery, caller, receiver });
  } finally {
    await caller.close();
    receiver.close();
  }
}

interface RunParts {
  readonly stack: Stack;
  readonly ways: Ways;
  readonly tally: Tally;
  readonly recovery: Recovery;
  readonly caller: Caller;
  readonly receiver: Receiver;
}

async function attack(
  options: RunOptions,
  { stack, ways, tally, recovery, caller, receiver }: RunParts,
): Promise<Report> {
  const { seed, minutes, faultsMax = Number.POSITIVE_INFINITY, log, dir, signal } = options;
  const ledger = new Ledger();
  const nameOf = naming();
  const owner = new Owner({ caller, receiver, ledger, tally, nameOf, random: new Random(seed, 'owner') });
  const processes = new Processes(stack);
  const striker = new Striker(processes, ways);
  const assault = new Assault({ striker, processes, recovery, tally, log, random: new Random(seed, 'faults') });
  let isOver = false;
  await owner.begin();
  const load = startLoad(options, { caller, ledger, tally, nameOf }, owner, () => isOver || signal.aborted);
  const startedMs = performance.now();
  try {
    await delay(WARM_UP_MS);
    await Promise.race([assault.lead(minutes * 60_000, faultsMax), load]);
  } catch (error) {
    // A failing fault must not discard the findings so far.
    tally.fail('the system survives all planned faults', error);
  } finally {
    isOver = true;
    striker.calm();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  log('faults are over; waiting for the callers …');
  await load;
  const { longestGapMs } = recovery;
  const parts = { stack, dir, caller, ledger, owner, receiver, tally, log };
  const verdict = await checkAll({ ...parts, random: new Random(seed, 'checks') });
  const messages = messageFigures(ledger.hooks, receiver);
  return { options, seconds, ...verdict, blows: assault.blows, tally, messages, longestGapMs };
}

async function startLoad(
  { seed, clients }: ChaosOptions,
  parts: Omit<CallerParts, 'random'>,
  owner: Owner,
  isOver: () => boolean,
): Promise<void> {
  const partsOf = (name: string) => ({ ...parts, random: new Random(seed, name) });
  const lives = Array.from({ length: clients }, (_, place) => live(partsOf(`client ${place}`), isOver));
  await Promise.all([...lives, upload(partsOf('uploads'), isOver), owner.live(isOver)]);
}

/** Generates names that are unique in this run and on this machine. */
function naming(): (kind: string) => string {
  const run = Date.now().toString(36);
  let names = 0;
  return (kind) => `${kind}-${run}-${++names}`;
}
