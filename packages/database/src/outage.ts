/** What errors of the database say. */
import { type ProblemError, StoreBusyError, unavailable } from '@mo/service-kit';

export const DATABASE_AWAY = 'the database can not be reached';

/**
 * SQLSTATE classes and codes that say that the server is away, going, full, tired of waiting, or not the one that takes writes:
 * connection, resources, shutdown, cancel, a session that was ended because its transaction was idle, or took, too long, and
 * a transaction that may only read.
 */
const OUTAGE_STATES = /^(08|53|57P|57014|25P03|25P04|25006)/;
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
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** The problem of an error that says that the database can't be reached now; null where it says something else. */
export function databaseOutage(error: unknown): ProblemError | null {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    if (OUTAGE_CODES.has(code) || OUTAGE_STATES.test(code) || OUTAGE_MESSAGES.test(textOf(cause.message))) {
      return unavailable(DATABASE_AWAY, error);
    }
  }
  return null;
}

/** The problem of an error that says that the database can't do it now, for it is away, or others hold what it needs. */
export function databaseProblem(error: unknown): ProblemError | null {
  if (error instanceof StoreBusyError) return unavailable('another change is in the way', error);
  return databaseOutage(error);
}

/** Not every code is text: a DOMException has a number. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly previous?: unknown;
}

/** An error, then what caused it. */
function* causesOf(error: unknown): Generator<Cause> {
  for (let cause = error; typeof cause === 'object' && cause !== null; ) {
    const known: Cause = cause;
    yield known;
    cause = known.cause ?? known.previous;
  }
}

/** The SQLSTATE of the first cause that has one; empty where none has. */
export function sqlState(error: unknown): string {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    if (/^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return '';
}
