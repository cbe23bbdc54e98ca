import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Header and member names that must never reach a log. */
const SECRETS = ['authorization', 'x-api-key', 'cookie', 'password', 'apiKey', 'databaseUrl'];

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
  return destination === undefined ? pino(options) : pino(options, destination);
}
