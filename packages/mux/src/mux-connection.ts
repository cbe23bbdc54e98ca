/** The client's side of one connection: the calls in flight on it, and their outcomes. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { type Call, type CallControl, CallError, type CallHandler } from './call.ts';
import { Connection } from './connection.ts';
import { ANSWER_BYTES_MAX, FRAME_TYPES, type Frame, FrameError, REQUEST_BYTES_MAX } from './frame.ts';
import { headersOf } from './headers.ts';
import { ANSWER_TOO_LONG } from './protocol.ts';
import { RollingMap } from './rolling-map.ts';

const TIMEOUT_CHECK_MS = 250;
const CALL_NUMBER_MAX = 0xffff_ffff;
/**
 * Successive checks with nothing received since a call was sent: the 2nd sends a probe, the 4th closes the connection.
 */
const SILENT_CHECKS_TO_ASK = 2;
const SILENT_CHECKS_MAX = 4;
/** The handler of the probe: any answer proves that the connection works; without one, `check` closes it. */
const NOBODY: CallHandler = {
  onRequestStart: () => {},
  onResponseStart: () => {},
  onResponseData: () => {},
  onResponseEnd: () => {},
  onResponseError: () => {},
};

export class MuxConnection {
  readonly #connection: Connection;
  readonly #answerTimeoutMs: number;
  readonly #onClose: () => void;
  readonly #calls = new RollingMap<CallUnderWay>();
  readonly #check: NodeJS.Timeout;
  #lastNumber = 0;
  #lastHeardMs = performance.now();
  /** The number of checks with nothing received since a call was sent; null while no call waits for a sign of life. */
  #silentChecks: number | null = null;
  #isLeaving = false;

  constructor(socket: Socket, head: Buffer, answerTimeoutMs: number, onClose: () => void) {
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#onClose = onClose;
    this.#check = setInterval(() => this.#endLate(), TIMEOUT_CHECK_MS);
    this.#connection = new Connection(
      socket,
      head,
      { readBytes: ANSWER_BYTES_MAX, sentBytes: REQUEST_BYTES_MAX },
      {
        onFrame: (frame) => this.#take(frame),
        onClose: (error) => this.#closed(error),
      },
    );
    socket.on('data', () => {
      this.#lastHeardMs = performance.now();
      this.#silentChecks = null;
    });
  }

  send(call: Call, handler: CallHandler): void {
    const number = this.#nextNumber();
    const underWay = new CallUnderWay(handler, () => {
      if (this.#calls.delete(number)) this.#connection.breakOff(number);
      this.#endIfLeft();
    });
    this.#calls.set(number, underWay);
    handler.onRequestStart(underWay, null);
    if (underWay.aborted) return;
    this.#silentChecks ??= 0;
    const head = [call.method, call.path];
    for (const item of call.headers) head.push(String(item));
    const { length } = call.body ?? '';
    if (length > 0 || (call.method !== 'GET' && call.method !== 'HEAD')) head.push('content-length', String(length));
    try {
      this.#connection.send(FRAME_TYPES.request, number, head, call.body ?? '');
    } catch (error) {
      underWay.abort(error as FrameError);
    }
  }

  /**
   * Detects a dead connection. Call it periodically, each time the server has just proved healthy over another
   * connection. If nothing is received here although calls were sent, one probe is sent; if that is not answered
   * either, the connection is closed. No caller has to wait for this: it works even after all callers have aborted.
   *
   * @param question the probe: a request that any server answers at once
   */
  check(question: Call): void {
    if (this.#silentChecks === null) return;
    this.#silentChecks += 1;
    if (this.#silentChecks === SILENT_CHECKS_TO_ASK) this.send(question, NOBODY);
    else if (this.#silentChecks >= SILENT_CHECKS_MAX) this.destroy();
  }

  /** Closes the connection after the last call ends. */
  leave(): void {
    this.#isLeaving = true;
    this.#endIfLeft();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  #nextNumber(): number {
    do this.#lastNumber = this.#lastNumber === CALL_NUMBER_MAX ? 1 : this.#lastNumber + 1;
    while (this.#calls.has(this.#lastNumber));
    return this.#lastNumber;
  }

  #take({ type, call: number, head, body }: Frame): void {
    const status = Number(head[0]);
    if (type !== FRAME_TYPES.breakOff && !(type === FRAME_TYPES.answer && status >= 200 && status < 600))
      throw new FrameError(`no answer: type ${type}, status ${head[0]}`);
    const call = this.#calls.get(number);
    // The answer may have been in transit when the call was broken off.
    if (call === undefined) return;
    this.#calls.delete(number);
    if (type === FRAME_TYPES.answer) call.answer(status, headersOf(head, 1), body);
    else if (head[0] === ANSWER_TOO_LONG) call.fail(new CallError('MO_ANSWER_TOO_LONG', 'the answer is too long'));
    else call.fail(new CallError('UND_ERR_SOCKET', 'the server aborted the call'));
    this.#endIfLeft();
  }

  /** Aborts calls that timed out. If nothing was received since such a call was sent, the connection is dead. */
  #endLate(): void {
    const beforeMs = performance.now() - this.#answerTimeoutMs;
    for (const call of this.#calls.values()) {
      if (call.sentAtMs > beforeMs) continue;
      if (call.sentAtMs > this.#lastHeardMs) this.#connection.destroy();
      call.abort(new CallError('UND_ERR_HEADERS_TIMEOUT', `no answer within ${this.#answerTimeoutMs} ms`));
    }
  }

  #endIfLeft(): void {
    if (this.#isLeaving && this.#calls.size === 0) this.#connection.end();
  }

  #closed(cause: Error | null): void {
    clearInterval(this.#check);
    this.#onClose();
    const calls = this.#calls.values();
    this.#calls.clear();
    for (const call of calls) call.fail(new CallError('UND_ERR_SOCKET', 'the connection was closed', cause));
  }
}

class CallUnderWay implements CallControl {
  readonly #handler: CallHandler;
  readonly #onAbort: () => void;
  readonly sentAtMs = performance.now();
  readonly paused = false;
  reason: Error | null = null;

  constructor(handler: CallHandler, onAbort: () => void) {
    this.#handler = handler;
    this.#onAbort = onAbort;
  }

  get aborted(): boolean {
    return this.reason !== null;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.#onAbort();
    this.fail(reason);
  }

  pause(): void {}

  resume(): void {}

  answer(status: number, headers: IncomingHttpHeaders, body: Buffer): void {
    const handler = this.#handler;
    handler.onResponseStart(this, status, headers);
    if (!this.aborted && body.length > 0) handler.onResponseData(this, body);
    if (!this.aborted) handler.onResponseEnd(this, {});
  }

  fail(reason: Error): void {
    this.reason = reason;
    this.#handler.onResponseError(this, reason);
  }
}
