/** Runs one seed: the clients' operations under faults, then a calm phase until all streams are drained. */
import { setTraps } from './engine/traps.ts';
import { checkAgreement, lagOf } from './oracle/agreement.ts';
import type { Violation } from './oracle/violation.ts';
import type { Figures } from './world/figures.ts';
import { calmDown, strike } from './world/strikes.ts';
import { World, type WorldOptions } from './world/world.ts';

/** Virtual time in which the clients must finish, despite faults. */
const CLIENTS_MS_MAX = 400_000;
/** Virtual time in which the streams must drain after the faults. */
const DRAIN_MS_MAX = 15_000;
/** After losses of messages, only a sweep can find the last of them: within two sweeps. */
const DRAIN_OF_LOSSES_MS_MAX = 130_000;
const DRAIN_POLL_MS = 50;
/** Virtual time in which everything is answered after the faults. */
const EPILOGUE_MS_MAX = 20_000;
const UNPARK_MS = 1_000;

export interface Outcome {
  readonly seed: number;
  readonly violation: Violation | null;
  readonly figures: Figures;
  readonly hash: string;
  readonly lines: readonly string[];
  /** The number of operations that had started when it ended. */
  readonly operations: number;
}

export async function runSeed(options: WorldOptions): Promise<Outcome> {
  const removeTraps = setTraps();
  const world = new World(options);
  const onRejection = (error: unknown): void => world.checkError(error, 'an unhandled rejection');
  process.on('unhandledRejection', onRejection);
  try {
    await live(world);
  } finally {
    process.off('unhandledRejection', onRejection);
    const [trapped] = removeTraps();
    if (trapped !== undefined) world.violation = { rule: 'nothing is read but the seed', detail: trapped };
  }
  const { figures, history, scheduler, databases } = world;
  figures.steps = scheduler.steps;
  figures.virtualSeconds = scheduler.nowUs / 1_000_000;
  for (const { locks } of Object.values(databases)) figures.lockWaits += locks.waits;
  const { violation } = world;
  return {
    seed: options.seed,
    violation,
    figures,
    hash: history.hash,
    lines: history.lines,
    operations: figures.operations,
  };
}

async function live(world: World): Promise<void> {
  const { scheduler, faults } = world;
  for (const planned of faults.strikes) scheduler.after(planned.atMs * 1000, null, () => strike(world, planned));
  let areThrough = false;
  void world.runClients().then(() => {
    areThrough = true;
  });
  unparkNowAndThen(world);
  await scheduler.run(() => world.violation !== null || areThrough || scheduler.nowUs > CLIENTS_MS_MAX * 1000);
  if (world.violation !== null) return;
  if (!areThrough) world.report('clients are answered', `not within ${CLIENTS_MS_MAX} ms`);
  calmDown(world);
  await drain(world);
  if (world.violation !== null) return;
  await epilogue(world);
  if (world.violation !== null) return;
  await drain(world);
  if (world.violation === null) checkAgreement(world.report, world.ledger, world.databases);
}

/** Without faults, the clients' remaining requests are answered at once. */
async function epilogue(world: World): Promise<void> {
  const { scheduler } = world;
  const endUs = scheduler.nowUs + EPILOGUE_MS_MAX * 1000;
  let isOver = false;
  void world.runEpilogue().then(() => {
    isOver = true;
  });
  await scheduler.run(() => world.violation !== null || isOver || scheduler.nowUs > endUs);
  if (!isOver) world.report('clients are answered', `not within ${EPILOGUE_MS_MAX} ms after the faults were over`);
}

async function drain(world: World): Promise<void> {
  const { scheduler, databases, figures } = world;
  const hasLosses = figures.lostMessages + figures.garbledMessages + figures.refusedMessages > 0;
  const endUs = scheduler.nowUs + (hasLosses ? DRAIN_OF_LOSSES_MS_MAX : DRAIN_MS_MAX) * 1000;
  const lagNow = (): string | null => lagOf(databases) ?? (world.isUp ? null : 'a process is not up');
  let lag = lagNow();
  const look = (): void => {
    lag = lagNow();
    if (lag !== null) scheduler.after(DRAIN_POLL_MS * 1000, null, look);
  };
  look();
  await scheduler.run(() => world.violation !== null || lag === null || scheduler.nowUs > endUs);
  if (world.violation !== null) return;
  if (lag !== null) world.report('the streams are drained in time', lag);
}

/** Housekeeping of a service: retries messages that the broker refused. */
function unparkNowAndThen(world: World): void {
  const unpark = (): void => {
    for (const { outbox } of Object.values(world.databases)) for (const row of outbox) row.parked = false;
    world.scheduler.after(UNPARK_MS * 1000, null, unpark);
  };
  world.scheduler.after(UNPARK_MS * 1000, null, unpark);
}
