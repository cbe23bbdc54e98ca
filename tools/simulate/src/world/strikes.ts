/** Executes timed faults (crashes, freezes, outages, cuts), and reverts them when their time is over. */
import { STREAMS } from '@mo/contracts';
import type { Process } from '../engine/process.ts';
import type { Strike } from './faults.ts';
import type { World } from './world.ts';

/** After this time the server closes a frozen process's connections that have an open transaction. */
const IDLE_IN_TRANSACTION_US = 10_000_000;
const STOP_US_MAX = 4_000_000;
const SESSION_US = 700_000;

export function strike(world: World, planned: Strike): void {
  const { scheduler, figures, history } = world;
  if (world.isCalmedDown) return;
  history.note(() => `${world.time} *** ${JSON.stringify(planned)}`);
  const over = (end: () => void): void => scheduler.after(planned.downMs * 1000, null, end);
  switch (planned.kind) {
    case 'crash':
      world.crash(planned.process, planned.downMs);
      return;
    case 'crash-at-commit':
      world.crashAtCommit.set(planned.process, planned.downMs);
      return;
    case 'freeze':
      freeze(world, world.slots[planned.process]?.replica.process, planned.downMs);
      return;
    case 'stop':
      stop(world, planned.process, planned.downMs);
      return;
    case 'cut':
      figures.cuts += 1;
      world.network.cut(planned.between, 1);
      over(() => world.network.cut(planned.between, -1));
      return;
    case 'broker-outage':
      figures.outages += 1;
      world.broker.setDown(true);
      over(() => world.broker.setDown(false));
      return;
    case 'database-outage': {
      figures.outages += 1;
      const database = world.databases[planned.stream];
      database.down = true;
      for (const { replica } of world.slots) database.disconnect(replica.process);
      over(() => {
        database.down = false;
      });
      return;
    }
    default:
      planned satisfies never;
  }
}

/** Ends all faults: from here on everything must recover. */
export function calmDown(world: World): void {
  world.isCalmedDown = true;
  world.crashAtCommit.clear();
  world.network.mend();
  world.broker.setDown(false);
  for (const stream of STREAMS) world.databases[stream].down = false;
  for (const [place, { replica }] of world.slots.entries()) {
    if (replica.process.frozen) thaw(world, replica.process);
    if (!replica.process.alive) world.boot(place);
  }
}

function freeze(world: World, process: Process | undefined, durationMs: number): void {
  const { scheduler, figures } = world;
  if (process === undefined || !process.alive || process.frozen) return;
  figures.freezes += 1;
  process.freeze();
  scheduler.after(SESSION_US, null, () => {
    if (process.frozen) world.rebalanceAll();
  });
  scheduler.after(IDLE_IN_TRANSACTION_US, null, () => {
    if (process.frozen) for (const stream of STREAMS) world.databases[stream].disconnect(process);
  });
  scheduler.after(durationMs * 1000, null, () => thaw(world, process));
}

function thaw(world: World, process: Process): void {
  if (!process.frozen) return;
  process.thaw();
  world.rebalanceAll();
}

/** An orderly stop: the process accepts no more calls, finishes its work and exits; a successor starts. */
function stop(world: World, place: number, downMs: number): void {
  const replica = world.slots[place]?.replica;
  if (replica === undefined || !replica.process.alive || !replica.process.listening) return;
  const { process } = replica;
  const { scheduler, figures } = world;
  figures.stops += 1;
  process.listening = false;
  let gone = false;
  const go = (): void => {
    if (gone) return;
    gone = true;
    world.crash(place, downMs, process);
  };
  const wake = (): void => {
    if (!process.alive) return;
    process.wakeAborted();
    scheduler.after(3_000, null, wake);
  };
  scheduler.after(0, process, () => void replica.stop().then(go));
  scheduler.after(3_000, null, wake);
  scheduler.after(STOP_US_MAX, null, go);
}
