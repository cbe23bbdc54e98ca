/** Classification of database errors. */
import { type ProblemError, STORE_BUSY, STORE_SLOW, StoreBusyError, unavailable } from '@mo/service-kit';

export const DATABASE_UNREACHABLE = 'the database cannot be reached';

/** SQLSTATE classes and codes of an unavailable server, with what it means to a caller. */
const OUTAGE_STATES: readonly (readonly [states: RegExp, meaning: string])[] = [
  // connection exceptions, shutdown
  [/^(08|57P)/, DATABASE_UNREACHABLE],
  // memory, disk, connections
  [/^53/, 'the database lacks resources'],
  // a cancelled statement, a session ended because its transaction was idle or ran too long
  [/^(57014|25P03|25P04)$/, STORE_SLOW],
  [/^25006$/, 'the database accepts no writes'],
];
/** deadlock_detected, lock_not_available, serialization_failure */
const BUSY = /^(40P01|55P03|40001)$/;
const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** pg's own errors have no code. The last is PostgreSQL's, out of transaction ids; its code is that of other limits too. */
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|database is not accepting commands)/;

/** The problem for an error that means that the database is unavailable now; null for any other error. */
export function databaseOutage(error: unknown): ProblemError | null {
  const meaning = meaningOf(error);
  return meaning === null ? null : unavailable(meaning, error);
}

function meaningOf(error: unknown): string | null {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    const state = OUTAGE_STATES.find(([states]) => states.test(code));
    if (state !== undefined) return state[1];
    if (OUTAGE_CODES.has(code) || OUTAGE_MESSAGES.test(textOf(cause.message))) return DATABASE_UNREACHABLE;
  }
  return null;
}

/** Like {@link databaseOutage}, but also for an error that means that other transactions hold a lock. */
export function databaseProblem(error: unknown): ProblemError | null {
  if (isBusy(error)) return unavailable(STORE_BUSY, error);
  return databaseOutage(error);
}

/** Whether other transactions held a lock for too long, or interfered. */
export const isBusy = (error: unknown): boolean => error instanceof StoreBusyError || BUSY.test(sqlState(error));

/** The code of a DOMException is a number. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly previous?: unknown;
}

/** An error, followed by its causes. */
function* causesOf(error: unknown): Generator<Cause> {
  for (let cause = error; typeof cause === 'object' && cause !== null; ) {
    const known: Cause = cause;
    yield known;
    cause = known.cause ?? known.previous;
  }
}

/** The first SQLSTATE in the chain of causes; empty if there is none. */
export function sqlState(error: unknown): string {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    if (/^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return '';
}
