/**
 * While a seed runs nothing may read real time, real randomness or set a real timer: it would not replay. Such a read
 * throws, and is noted, for the code that made it might catch the error.
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

/** What is forbidden, by where it is found. */
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

/** Sets the traps; answers with what takes them away, and tells what went into them. */
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
