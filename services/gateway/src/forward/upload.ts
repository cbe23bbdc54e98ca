/**
 * A body of any size on its way through. It takes from the caller only as fast as the service reads, and never more
 * than a buffer ahead. The caller's request itself is kept out of the hands of the HTTP client, which would destroy it
 * together with a failed attempt, and with it the way back for the answer.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ProblemError } from '@mo/service-kit';
import type { RequestBody } from './body.ts';
import type { Limits } from './limits.ts';

export class Upload implements RequestBody {
  readonly #limits: Limits;
  readonly #onIdle: () => void;
  #source: IncomingMessage | null = null;
  #stream: UploadStream | null = null;

  /** @param onIdle called when the caller sends nothing for too long though we wait for it */
  constructor(limits: Limits, onIdle: () => void) {
    this.#limits = limits;
    this.#onIdle = onIdle;
  }

  arrive(source: IncomingMessage, done: (refusal: ProblemError | null) => void): void {
    this.#source = source;
    // While the service works on its end, nothing moves for longer than a call would take.
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
    this.#stream = new UploadStream(this.#source as IncomingMessage, this.#limits, this.#onIdle);
    return this.#stream;
  }

  drop(): void {
    this.#stream?.destroy();
  }
}

class UploadStream extends Readable {
  readonly #source: IncomingMessage;
  readonly #idleTimeoutMs: number;
  readonly #onIdle: () => void;
  #idleTimer: NodeJS.Timeout | null = null;
  /** Whether anything was taken from the caller. */
  touched = false;

  constructor(source: IncomingMessage, limits: Limits, onIdle: () => void) {
    super({ highWaterMark: limits.uploadBufferBytesMax });
    this.#source = source;
    this.#idleTimeoutMs = limits.uploadIdleTimeoutMs;
    this.#onIdle = onIdle;
  }

  override _read(): void {
    if (!this.touched) this.#begin();
    this.#source.resume();
    this.#idleTimer ??= setTimeout(this.#onIdle, this.#idleTimeoutMs);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stopIdleTimer();
    this.#source.off('data', this.#onData).off('end', this.#onEnd);
    done(error);
  }

  #begin(): void {
    this.touched = true;
    this.#source.on('data', this.#onData).on('end', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.push(chunk)) {
      this.#idleTimer?.refresh();
      return;
    }
    this.#source.pause();
    this.#stopIdleTimer();
  };

  readonly #onEnd = (): void => {
    this.#stopIdleTimer();
    this.push(null);
  };

  #stopIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}
