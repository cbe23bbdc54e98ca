/**
 * While a seed runs, nothing may read real time or real randomness, or set a real timer: the run would not replay. Such
 * a call throws, and is recorded in case the caller catches the error.
 */
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

const RealDate = Date;

class VirtualDate extends RealDate {
  constructor(...parts: [] | [number | string | Date]) {
    if (parts.length === 0) trip('new Date()');
    super(...(parts as [number]));
  }

  static override now(): number {
    return trip('Date.now()');
  }
}

let tripped: string[] = [];

function trip(what: string): never {
  tripped.push(what);
  throw new Error(`${what} was read while a seed ran`);
}

const forbid = (what: string) => (): never => trip(what);

/** The trapped functions, by object. */
const FORBIDDEN: readonly (readonly [object, readonly string[]])[] = [
  [globalThis, ['setTimeout', 'setInterval', 'setImmediate']],
  [Math, ['random']],
  [crypto, ['randomUUID', 'getRandomValues']],
  [performance, ['now']],
  [AbortSignal, ['timeout']],
  [timers, ['setTimeout', 'setInterval', 'setImmediate']],
  [timersPromises, ['setTimeout', 'setInterval', 'setImmediate']],
  [nodeCrypto, ['randomUUID', 'randomBytes', 'randomInt']],
];

/** Sets the traps. @returns a function that removes them and returns the recorded calls */
export function setTraps(): () => readonly string[] {
  tripped = [];
  const undo = FORBIDDEN.flatMap(([holder, names]) =>
    names.map((name) => {
      const real: unknown = Reflect.get(holder, name);
      Reflect.set(holder, name, forbid(name));
      return () => Reflect.set(holder, name, real);
    }),
  );
  Object.assign(globalThis, { Date: VirtualDate });
  syncBuiltinESMExports();
  return () => {
    for (const remove of undo) remove();
    Object.assign(globalThis, { Date: RealDate });
    syncBuiltinESMExports();
    return tripped;
  };
}
