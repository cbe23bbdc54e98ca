/**
 * Writes the log line of each request. The line is formatted as by pino and goes to the same destination, but is
 * assembled here: its members are known, so it needs no redaction of secrets and no intermediate object. Each API call
 * produces two such lines, and pino takes two to three times as long for one.
 */
import { isoTime } from '@mo/contracts';
import { type DestinationStream, type Logger, pino } from 'pino';

/** A caller as named in the line of its request. */
export interface LoggedCaller {
  readonly id: string;
  /** The id of its key; null if the key has none. */
  readonly keyId: number | null;
}

export interface RequestLine {
  /** Generated or accepted by our servers: only characters that JSON does not escape. */
  readonly requestId: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string | undefined;
  /** Null if it is not known. */
  readonly caller: LoggedCaller | null;
  /** Of the caller; null if it is not logged. */
  readonly address: string | null;
  readonly method: string;
  /** Left out if no path may be logged. */
  readonly path: string | undefined;
  readonly status: number;
  /** The code of the problem in the answer. */
  readonly problem: string | null;
  /** Whether the answer was sent completely; logged only if not. */
  readonly isWhole: boolean;
  readonly durationMs: number;
}

/** The internals that pino exposes to extensions (pino.symbols). */
interface Inner {
  readonly [pino.symbols.streamSym]: DestinationStream;
  readonly [pino.symbols.chindingsSym]: string;
}

export class RequestLines {
  readonly #out: DestinationStream;
  /** The members common to all lines of the logger, preceded by a comma. */
  readonly #bindings: string;

  /** @param logger created by `createLogger`; the lines start with the same members */
  constructor(logger: Logger) {
    const { [pino.symbols.streamSym]: out, [pino.symbols.chindingsSym]: bindings } = logger as unknown as Inner;
    this.#out = out;
    this.#bindings = bindings;
  }

  write(level: 'info' | 'warn', line: RequestLine): void {
    const { requestId, traceId, caller, address, method, path, status, problem, isWhole } = line;
    const durationMs = Math.round(line.durationMs * 100) / 100;
    this.#out.write(
      `{"level":"${level}","time":"${isoTime(Date.now())}"${this.#bindings},"requestId":"${requestId}"` +
        (traceId === undefined ? '' : `,"traceId":"${traceId}"`) +
        (caller === null ? '' : callerMembers(caller)) +
        (address === null ? '' : `,"address":${JSON.stringify(address)}`) +
        `,"method":${JSON.stringify(method)}` +
        (path === undefined ? '' : `,"path":${JSON.stringify(path)}`) +
        `,"status":${status}` +
        (problem === null ? '' : `,"problem":"${problem}"`) +
        (isWhole ? '' : ',"isWhole":false') +
        `,"durationMs":${durationMs},"msg":"request"}\n`,
    );
  }
}

const callerMembers = ({ id, keyId }: LoggedCaller): string =>
  `,"caller":${JSON.stringify(id)}${keyId === null ? '' : `,"keyId":${keyId}`}`;
