import { isoTime } from '@mo/contracts';
import { type DestinationStream, type Logger, pino } from 'pino';
import { LogLines } from './log-lines.ts';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;

/** Shared by all loggers of a process, so that their lines stay in order. */
let standardOutput: LogLines | null = null;
const toStandardOutput = (): LogLines => {
  if (standardOutput === null) {
    neverBlock();
    standardOutput = new LogLines(STANDARD_OUTPUT);
  }
  return standardOutput;
};

/**
 * Makes writes to standard output fail with EAGAIN instead of waiting, if it is a pipe or a socket: Node.js does so when
 * it opens its own stream. Otherwise a log collector that stops reading would block the process at its exit, forever.
 */
function neverBlock(): void {
  void process.stdout;
}

/** Lines that could not be written to standard output so far. */
export const droppedLogLines = (): number => standardOutput?.dropped ?? 0;

/** Header and member names that must never reach a log. */
const SECRETS = ['authorization', 'x-api-key', 'cookie', 'password', 'apiKey', 'databaseUrl'];

/**
 * The members of an error that are logged: others may contain secrets, such as the values of a row that PostgreSQL
 * refuses.
 */
const ERROR_MEMBERS = ['type', 'message', 'stack', 'code', 'constraint', 'table'] as const;

function errorForLog(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const told = pino.stdSerializers.err(error);
  return Object.fromEntries(ERROR_MEMBERS.map((name) => [name, told[name]]));
}

/** Writes one JSON line per entry, to standard output by default. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: () => `,"time":"${isoTime(Date.now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorForLog },
    redact: {
      paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
  };
  if (destination !== undefined) return pino(options, destination);
  const lines = toStandardOutput();
  const logger = pino(options, lines);
  lines.onRecovered = (dropped) => logger.warn({ dropped }, 'log lines were dropped because they could not be written');
  return logger;
}
