/**
 * The CPU cost of a fixed piece of work after a rest. Another process or guest that used the processor meanwhile leaves
 * cold caches, and the thread must be woken, so an isolated request costs more than one of many, whatever the program.
 * This measures the difference on this machine, during the run.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Rests before a piece of work, in ms: none, as at 1,000 requests/s, and as at 100 requests/s. */
export const RESTS_MS = [0, 1, 10] as const;
/** The time until the JIT has optimised the code. */
const WARM_UP_MS = 500;
const NUMBERS = 1 << 18;
const STEPS = 80_000;
const OBJECTS = 150;

/** CPU per piece of work in µs, after a rest of `restMs`. */
export interface Rested {
  readonly restMs: number;
  readonly cpuUs: number;
}

/** Works for `durationMs` per rest. Nothing else should run meanwhile. */
export async function measureRested(durationMs: number): Promise<Rested[]> {
  const work = pieceOfWork();
  workFor(work, 0, WARM_UP_MS);
  const measured: Rested[] = [];
  for (const restMs of RESTS_MS) {
    measured.push({ restMs, cpuUs: workFor(work, restMs, durationMs) });
    // Lets the timers run that the blocking waits held back.
    await delay(1);
  }
  return measured;
}

/** @returns CPU time per piece in µs */
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
  if (!Number.isFinite(sum)) throw new Error('the work returned no number');
  return (user + system) / pieces;
}

/** A small mix of what services do: reads scattered over 1 MB, and serialisation of objects. */
function pieceOfWork(): () => number {
  const numbers = new Uint32Array(NUMBERS).map((_, place) => Math.imul(place, 2_654_435_761));
  const objects = Array.from({ length: OBJECTS }, (_, place) => ({ id: place, name: `x${place}`, of: [place, 1] }));
  return () => {
    let sum = 0;
    for (let step = 0; step < STEPS; step += 1) sum = (sum + (numbers[(step * 13) & (NUMBERS - 1)] as number)) | 0;
    return sum + JSON.stringify(objects).length;
  };
}
