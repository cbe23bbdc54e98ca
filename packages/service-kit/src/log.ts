import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Header and member names that must never reach a log. */
const SECRETS = ['authorization', 'x-api-key', 'cookie', 'password', 'apiKey', 'databaseUrl'];

/**
 * Lines are written together: a system call a line would cost more than the line. What a `kill -9` may take with it is what
 * was logged in the last moment; a fatal line, and the end of the process in any other way, write all that is there.
 */
const WRITE_TOGETHER = {
  fd: 1,
  sync: false,
  /** So many bytes are written at once, of 16 KiB that one write may hold, or what there is after so many ms. */
  minLength: 15_360,
  periodicFlush: 100,
  /** Beyond so many bytes that nobody takes, lines are dropped. */
  maxLength: 16 * 1024 * 1024,
};

/** What is told of an error: what others add to one may be secret, such as the values of a row that PostgreSQL refuses. */
const ERROR_MEMBERS = ['type', 'message', 'stack', 'code', 'constraint', 'table'] as const;

function errorForLog(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const told = pino.stdSerializers.err(error);
  return Object.fromEntries(ERROR_MEMBERS.map((name) => [name, told[name]]));
}

/** One JSON line an entry, on standard output unless told. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorForLog },
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
  };
  return pino(options, destination ?? pino.destination(WRITE_TOGETHER));
}
