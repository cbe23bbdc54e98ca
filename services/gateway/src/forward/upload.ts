/**
 * A body of any size, streamed to the service. It reads from the caller only as fast as the service reads, and at most
 * one buffer ahead. The caller's request itself is not passed to the HTTP client: the client would destroy it together
 * with a failed attempt, and the answer could then no longer be sent.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ProblemError } from '@mo/service-kit';
import type { RequestBody } from './body.ts';
import type { Limits } from './limits.ts';

/** The side that an upload waits for. */
export type Late = 'caller' | 'service';

export class Upload implements RequestBody {
  readonly #limits: Limits;
  readonly #onLate: (who: Late) => void;
  #source: IncomingMessage | null = null;
  #stream: UploadStream | null = null;

  /** @param onLate called when the caller sends nothing, or the service reads nothing, for too long */
  constructor(limits: Limits, onLate: (who: Late) => void) {
    this.#limits = limits;
    this.#onLate = onLate;
  }

  arrive(source: IncomingMessage, done: (refusal: ProblemError | null) => void): void {
    this.#source = source;
    // The service may finish an upload with long work, during which the connection is idle for longer than any call.
    source.socket.setTimeout(0);
    done(null);
  }

  get hasArrived(): boolean {
    return this.#source?.complete === true;
  }

  get canBeSent(): boolean {
    return this.#stream === null || !this.#stream.touched;
  }

  content(): Readable {
    this.#stream = new UploadStream(this.#source as IncomingMessage, this.#limits, this.#onLate);
    return this.#stream;
  }

  drop(): void {
    this.#source?.socket.setTimeout(this.#limits.socketIdleTimeoutMs);
    this.#stream?.destroy();
  }
}

class UploadStream extends Readable {
  readonly #source: IncomingMessage;
  readonly #limits: Limits;
  readonly #onLate: (who: Late) => void;
  #waitsFor: Late | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Whether anything was read from the caller. */
  touched = false;

  constructor(source: IncomingMessage, limits: Limits, onLate: (who: Late) => void) {
    super({ highWaterMark: limits.uploadBufferBytesMax });
    this.#source = source;
    this.#limits = limits;
    this.#onLate = onLate;
  }

  override _read(): void {
    if (!this.touched) this.#begin();
    this.#source.resume();
    if (this.#waitsFor !== 'caller') this.#waitFor('caller');
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waitFor(null);
    this.#source.off('data', this.#onData).off('end', this.#onEnd);
    done(error);
  }

  #begin(): void {
    this.touched = true;
    this.#source.on('data', this.#onData).on('end', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.push(chunk)) {
      this.#timer?.refresh();
      return;
    }
    this.#source.pause();
    this.#waitFor('service');
  };

  readonly #onEnd = (): void => {
    // Until the service has read the last of it; that destroys this stream.
    this.#waitFor('service');
    this.push(null);
  };

  #waitFor(who: Late | null): void {
    clearTimeout(this.#timer);
    this.#waitsFor = who;
    if (who === null) return;
    const { uploadIdleTimeoutMs, uploadStallTimeoutMs } = this.#limits;
    const timeoutMs = who === 'caller' ? uploadIdleTimeoutMs : uploadStallTimeoutMs;
    this.#timer = setTimeout(() => this.#onLate(who), timeoutMs);
  }
}
