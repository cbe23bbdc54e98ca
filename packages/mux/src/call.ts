/**
 * A call from the client's point of view. Names, types and the order of callbacks are those of undici's dispatch, so
 * that a caller can use either.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
  readonly method: string;
  /** In origin form, including the query. */
  readonly path: string;
  /** Alternating names, in lower case, and values. */
  readonly headers: string[];
  readonly body: Uint8Array | null;
}

export interface CallControl {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  /** Aborts the call: its handler receives the reason, and the server learns that nobody waits for the answer. */
  abort(reason: Error): void;
  /** Does nothing, because an answer arrives as a whole. */
  pause(): void;
  resume(): void;
}

export interface CallHandler {
  /** From here on the request may have been sent; before this callback it certainly was not. */
  onRequestStart(control: CallControl, context: unknown): void;
  onResponseStart(control: CallControl, status: number, headers: IncomingHttpHeaders): void;
  onResponseData(control: CallControl, body: Buffer): void;
  onResponseEnd(control: CallControl, trailers: IncomingHttpHeaders): void;
  /** The last callback of a failed call. @param control null if nothing was sent */
  onResponseError(control: CallControl | null, error: Error): void;
}

/** An error with the code that undici uses for the same failure, if undici has one. */
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
