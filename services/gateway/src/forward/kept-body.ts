/**
 * A body that is kept complete, so that it can be sent again. The size of one body and the total of all are bounded.
 */
import type { IncomingMessage } from 'node:http';
import { ProblemError, unavailable } from '@mo/service-kit';
import type { RequestBody } from './body.ts';
import type { Part } from './room.ts';

type Done = (refusal: ProblemError | null) => void;

export class KeptBody implements RequestBody {
  readonly #kept: Part;
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #done: Done | null = null;
  hasArrived = false;
  readonly canBeSent = true;

  /** @param kept the caller's share of the space for all kept bodies */
  constructor(kept: Part, bytesMax: number) {
    this.#kept = kept;
    this.#bytesMax = bytesMax;
  }

  arrive(source: IncomingMessage, done: Done): void {
    if (Number(source.headers['content-length']) > this.#bytesMax) {
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
    if (this.#bytes > 0) this.#kept.give(this.#bytes);
    this.#bytes = 0;
    this.#chunks = [];
    this.#done = null;
  }

  #add(chunk: Buffer): void {
    if (this.#done === null) return;
    if (this.#bytes + chunk.length > this.#bytesMax) this.#finish(this.#tooLarge());
    else if (!this.#kept.take(chunk.length)) this.#finish(unavailable('too many large bodies are under way'));
    else {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
  }

  #finish(refusal: ProblemError | null): void {
    const done = this.#done;
    this.#done = null;
    this.hasArrived = refusal === null;
    if (refusal !== null) this.drop();
    done?.(refusal);
  }

  #tooLarge(): ProblemError {
    const detail = `the body is over ${this.#bytesMax} bytes long, which only an upload may be`;
    return new ProblemError('payload_too_large', detail);
  }
}
