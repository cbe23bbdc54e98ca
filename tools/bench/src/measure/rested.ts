/**
 * What the same work costs after a rest. Whoever has the processor meanwhile, another process or another machine's guest, leaves it
 * with caches that hold nothing of ours, and it has to be woken: so a request that comes alone costs more than one of many,
 * whatever the program. This says how much more that is on this machine, in the minute of the run.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** The rests before a piece of work, in ms: none, that of a thousand requests a second, and that of a hundred. */
export const RESTS_MS = [0, 1, 10] as const;
/** After the first of these the code is as fast as it gets. */
const WARM_UP_MS = 500;
const NUMBERS = 1 << 18;
const STEPS = 80_000;
const OBJECTS = 150;

/** CPU of a piece of work in µs, after a rest of so many ms. */
export interface Rested {
  readonly restMs: number;
  readonly cpuUs: number;
}

/** Works for `durationMs` for each rest; nothing else should go on. */
export async function measureRested(durationMs: number): Promise<Rested[]> {
  const work = pieceOfWork();
  workFor(work, 0, WARM_UP_MS);
  const measured: Rested[] = [];
  for (const restMs of RESTS_MS) {
    measured.push({ restMs, cpuUs: workFor(work, restMs, durationMs) });
    // What else this process has to do, its timers have held back meanwhile.
    await delay(1);
  }
  return measured;
}

/** @returns CPU of a piece in µs */
function workFor(work: () => number, restMs: number, durationMs: number): number {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const endMs = performance.now() + durationMs;
  const before = process.cpuUsage();
  let pieces = 0;
  let sum = 0;
  do {
    sum += work();
    pieces += 1;
    if (restMs > 0) Atomics.wait(never, 0, 0, restMs);
  } while (performance.now() < endMs);
  const { user, system } = process.cpuUsage(before);
  if (!Number.isFinite(sum)) throw new Error('the work came to nothing');
  return (user + system) / pieces;
}

/** A little of what services do: numbers are read all over a megabyte, and objects made into text. */
function pieceOfWork(): () => number {
  const numbers = new Uint32Array(NUMBERS).map((_, place) => Math.imul(place, 2_654_435_761));
  const objects = Array.from({ length: OBJECTS }, (_, place) => ({ id: place, name: `x${place}`, of: [place, 1] }));
  return () => {
    let sum = 0;
    for (let step = 0; step < STEPS; step += 1) sum = (sum + (numbers[(step * 13) & (NUMBERS - 1)] as number)) | 0;
    return sum + JSON.stringify(objects).length;
  };
}
