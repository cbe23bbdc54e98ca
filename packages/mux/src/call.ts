/**
 * A call as its client sees it. Names, shapes and order are those of undici's dispatch, so that whoever sends by one can
 * send by the other.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
  readonly method: string;
  /** In origin form, with its query. */
  readonly path: string;
  /** Names in lower case and values, in turns. */
  readonly headers: string[];
  readonly body: Uint8Array | null;
}

export interface CallControl {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  /** Ends the call: its handler is told of this reason, the server that nobody waits. */
  abort(reason: Error): void;
  /** An answer is there as a whole, so there is nothing to hold back. */
  pause(): void;
  resume(): void;
}

export interface CallHandler {
  /** Now it may have been sent. Before, it surely was not. */
  onRequestStart(control: CallControl, context: unknown): void;
  onResponseStart(control: CallControl, status: number, headers: IncomingHttpHeaders): void;
  onResponseData(control: CallControl, body: Buffer): void;
  onResponseEnd(control: CallControl, trailers: IncomingHttpHeaders): void;
  /** The last that it is told. @param control null where nothing was sent */
  onResponseError(control: CallControl | null, error: Error): void;
}

/** With the code that undici gives such an error, where there is one. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code:
    | 'UND_ERR_CONNECT_TIMEOUT'
    | 'UND_ERR_HEADERS_TIMEOUT'
    | 'UND_ERR_SOCKET'
    | 'UND_ERR_CLOSED'
    | 'MO_ANSWER_TOO_LONG';

  constructor(code: CallError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
