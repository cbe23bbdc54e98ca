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
  /** So many bytes are written at once, or what there is after so many ms. */
  minLength: 4_096,
  periodicFlush: 100,
  /** Beyond so many bytes that nobody takes, lines are dropped. */
  maxLength: 16 * 1024 * 1024,
};

/** One JSON line an entry, on standard output unless told. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
  };
  return pino(options, destination ?? pino.destination(WRITE_TOGETHER));
}
