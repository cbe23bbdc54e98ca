/**
 * A body that is kept whole, so that it can be sent again. One body is bounded, and so are all of them together.
 */
import type { IncomingMessage } from 'node:http';
import { ProblemError, unavailable } from '@mo/service-kit';
import type { RequestBody } from './body.ts';
import type { Limits } from './limits.ts';

/** What all kept bodies hold together. */
export class KeptBytes {
  readonly limits: Limits;
  total = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }
}

type Done = (refusal: ProblemError | null) => void;

export class KeptBody implements RequestBody {
  readonly #kept: KeptBytes;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #done: Done | null = null;
  hasArrived = false;
  readonly canBeSent = true;

  constructor(kept: KeptBytes) {
    this.#kept = kept;
  }

  arrive(source: IncomingMessage, done: Done): void {
    if (Number(source.headers['content-length']) > this.#kept.limits.bodyBytesMax) {
      done(this.#tooLarge());
      return;
    }
    this.#done = done;
    source.on('data', (chunk: Buffer) => this.#add(chunk));
    source.on('end', () => this.#finish(null));
    source.on('error', () => this.drop());
  }

  content(): Buffer | null {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? null;
  }

  drop(): void {
    this.#kept.total -= this.#bytes;
    this.#bytes = 0;
    this.#chunks = [];
    this.#done = null;
  }

  #add(chunk: Buffer): void {
    if (this.#done === null) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#kept.total += chunk.length;
    const { bodyBytesMax, keptBytesMax } = this.#kept.limits;
    if (this.#bytes > bodyBytesMax) this.#finish(this.#tooLarge());
    else if (this.#kept.total > keptBytesMax) this.#finish(unavailable('too many large bodies are under way'));
  }

  #finish(refusal: ProblemError | null): void {
    const done = this.#done;
    this.#done = null;
    this.hasArrived = refusal === null;
    if (refusal !== null) this.drop();
    done?.(refusal);
  }

  #tooLarge(): ProblemError {
    const { bodyBytesMax } = this.#kept.limits;
    return new ProblemError('payload_too_large', `the body is over ${bodyBytesMax} bytes, which only an upload may be`);
  }
}
