/**
 * Writes an answer to the caller, as fast as the caller reads. The head waits for the first part of the body, so that
 * most answers leave in one write, and so that an attempt which fails between the two can still be made again.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Part } from './room.ts';

/** The side that the body comes from. */
export interface Flow {
  pause(): void;
  resume(): void;
}

export class AnswerWriter {
  readonly #reply: FastifyReply;
  readonly #unread: Part;
  readonly #stallTimeoutMs: number;
  #status = 0;
  #headers: string[] = [];
  #length = -1;
  /** Whether anything has gone to the caller. */
  begun = false;

  /**
   * @param unread of what all answers together hold that their callers have not read the part of this one's
   * @param stallTimeoutMs how long the caller may read nothing while its answer waits
   */
  constructor(reply: FastifyReply, unread: Part, stallTimeoutMs: number) {
    this.#reply = reply;
    this.#unread = unread;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /** @param length of the body, where it is known */
  head(status: number, headers: string[], length: string | string[] | undefined): void {
    this.#status = status;
    this.#headers = headers;
    this.#length = length === undefined ? -1 : Number(length);
  }

  /** @returns false, before anything was written, where there is no room for so much that nobody has read */
  body(chunk: Buffer, flow: Flow): boolean {
    const isAll = !this.begun && chunk.length === this.#length;
    if (isAll && !this.#unread.take(chunk.length)) return false;
    const response = this.#begin();
    if (isAll) this.#endWith(response, chunk);
    else if (!response.write(chunk)) this.#waitForDrain(response, flow);
    return true;
  }

  end(): void {
    const response = this.#begin();
    if (!response.writableEnded) response.end();
  }

  /** Ends the connection in the middle of an answer, which is how the caller can tell that it isn't whole. */
  breakOff(): void {
    this.#reply.raw.destroy();
  }

  #begin(): ServerResponse {
    if (!this.begun) {
      this.begun = true;
      this.#reply.hijack();
      this.#reply.raw.writeHead(this.#status, this.#headers);
    }
    return this.#reply.raw;
  }

  /** The kernel takes nearly every answer at once; the others take room until they are read. */
  #endWith(response: ServerResponse, chunk: Buffer): void {
    response.end(chunk);
    if (response.writableLength === 0) this.#unread.give(chunk.length);
    else response.once('close', () => this.#unread.give(chunk.length));
  }

  #waitForDrain(response: ServerResponse, flow: Flow): void {
    flow.pause();
    const goOn = () => {
      clearTimeout(timer);
      response.off('drain', goOn).off('close', goOn);
      flow.resume();
    };
    const timer = setTimeout(() => {
      response.destroy();
      goOn(); // one that waits behind others on its connection is closed later
    }, this.#stallTimeoutMs);
    response.on('drain', goOn).on('close', goOn);
  }
}
