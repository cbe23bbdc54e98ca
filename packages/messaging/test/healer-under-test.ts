/** A healer in a world of a test's own. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Stream } from '@mo/contracts';
import { type CustomerBehind, Healer } from '../src/index.ts';
import { notedLines } from './noted-lines.ts';

export const SCAN_INTERVAL_MS = 1_000;
export const SWEEP_INTERVAL_MS = 60_000;
/** After what failed. */
export const PAUSE_MS = 250;
const START_MS = Date.UTC(2026, 0, 1);
const TURNS = 40;
/** A healer with a clock that a test advances, and a database and peers that the test defines. */
export function healerUnderTest() {
  let nowMs = START_MS;
  let sleeping: { untilMs: number; wake: () => void }[] = [];
  const world = {
    behind: [] as CustomerBehind[],
    heads: new Map<Stream, [number, number][]>(),
    /** Whether the last page says that it is: one that is just full does not. */
    marksLastPage: true,
    pageMax: 10,
    reachable: true,
    /** Owners that are not, though the others are. */
    unreachable: new Set<Stream>(),
    isLeader: true,
    isDatabaseUp: true,
    /** How far its clock was set back. */
    setBackMs: 0,
    /** Each catch-up, as `customer stream version reason`. */
    caughtUp: [] as string[],
    /** Customers who can't be caught up with. */
    stuck: new Set<number>(),
    /** Customers whose streams don't go as far as they are caught up with. */
    shorter: new Set<number>(),
    /** Each page that was asked for: of which stream, from when, until when, and after which customer. */
    asked: [] as [Stream, number, number | undefined, number][],
  };
  const settle = async () => {
    for (let n = 0; n < TURNS; n += 1) await turn();
  };
  const { logger, lines } = notedLines();
  const healer = new Healer({
    follows: ['customers', 'payments'],
    progress: {
      behind: async (after, customersMax) => {
        if (!world.isDatabaseUp) throw new Error('the database is unreachable');
        return world.behind.filter(({ customerId }) => customerId > after).slice(0, customersMax);
      },
      notApplied: async (stream, heads) => heads.map(([customerId, version]) => ({ customerId, stream, version })),
    },
    peers: {
      heads: async (stream, { sinceMs, untilMs }, after) => {
        world.asked.push([stream, sinceMs, untilMs, after]);
        if (!world.reachable || world.unreachable.has(stream)) throw new Error('not reachable');
        const heads = (world.heads.get(stream) ?? []).filter(([id]) => id > after);
        const isLast = world.marksLastPage ? heads.length <= world.pageMax : heads.length === 0;
        return { heads: heads.slice(0, world.pageMax), isLast };
      },
    },
    clock: {
      now: () => nowMs - world.setBackMs,
      elapsed: () => nowMs,
      sleep: (durationMs, signal) =>
        new Promise<void>((wake) => {
          if (durationMs === 0) return wake();
          sleeping.push({ untilMs: nowMs + durationMs, wake });
          signal?.addEventListener('abort', () => wake());
        }),
    },
    logger,
    catchUp: async (customerId, stream, version, reason) => {
      if (world.stuck.has(customerId)) throw new Error('not now');
      world.caughtUp.push(`${customerId} ${stream} ${version} ${reason}`);
      return !world.shorter.has(customerId);
    },
    isLeader: () => world.isLeader,
  });
  const pass = async (durationMs: number) => {
    nowMs += durationMs;
    const due = sleeping.filter(({ untilMs }) => untilMs <= nowMs);
    sleeping = sleeping.filter(({ untilMs }) => untilMs > nowMs);
    for (const { wake } of due) wake();
    await settle();
  };
  const start = () => {
    healer.start();
    return settle();
  };
  return { healer, world, lines, start, pass, settle };
}
