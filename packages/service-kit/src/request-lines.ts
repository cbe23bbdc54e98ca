/**
 * The line that each request leaves in the log. It is as pino would write it, and goes where pino's lines go, but is put together
 * here: what may stand in it is known, so nothing of it need be looked through for secrets, or made of an object first. There are
 * two of them for each call of the API, and pino takes two to three times as long for one.
 */
import { isoTime } from '@mo/contracts';
import { type DestinationStream, type Logger, pino } from 'pino';

export interface RequestLine {
  /** As our servers make or accept one: of letters that JSON takes as they are. */
  readonly requestId: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string | undefined;
  readonly method: string;
  /** Left out where there is none that may be told. */
  readonly path: string | undefined;
  readonly status: number;
  /** The code of the problem that it was answered with. */
  readonly problem: string | null;
  /** Whether the answer was sent to its end; told where it was not. */
  readonly isWhole: boolean;
  readonly durationMs: number;
}

/** What pino opens to those who build upon it (pino.symbols). */
interface Inner {
  readonly [pino.symbols.streamSym]: DestinationStream;
  readonly [pino.symbols.chindingsSym]: string;
}

export class RequestLines {
  readonly #out: DestinationStream;
  /** What each line of the logger tells, as members, with a comma before them. */
  readonly #bindings: string;

  /** @param logger of `createLogger`: its lines have the same beginning */
  constructor(logger: Logger) {
    const { [pino.symbols.streamSym]: out, [pino.symbols.chindingsSym]: bindings } = logger as unknown as Inner;
    this.#out = out;
    this.#bindings = bindings;
  }

  write(level: 'info' | 'warn', line: RequestLine): void {
    const { requestId, traceId, method, path, status, problem, isWhole } = line;
    const durationMs = Math.round(line.durationMs * 100) / 100;
    this.#out.write(
      `{"level":"${level}","time":"${isoTime(Date.now())}"${this.#bindings},"requestId":"${requestId}"` +
        (traceId === undefined ? '' : `,"traceId":"${traceId}"`) +
        `,"method":${JSON.stringify(method)}` +
        (path === undefined ? '' : `,"path":${JSON.stringify(path)}`) +
        `,"status":${status}` +
        (problem === null ? '' : `,"problem":"${problem}"`) +
        (isWhole ? '' : ',"isWhole":false') +
        `,"durationMs":${durationMs},"msg":"request"}\n`,
    );
  }
}
