/**
 * Writes an answer to the caller, as fast as the caller reads. The head is held until the first part of the body
 * arrives. Most answers then leave in one write, and an attempt that fails between head and body can still be retried.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { SharedPart } from './room.ts';

/** The source of the body. */
export interface Flow {
  pause(): void;
  resume(): void;
}

export class AnswerWriter {
  readonly #reply: FastifyReply;
  readonly #unread: SharedPart;
  readonly #stallTimeoutMs: number;
  #status = 0;
  #headers: string[] = [];
  #length = -1;
  /** Whether anything was sent to the caller. */
  begun = false;

  /**
   * @param unread the caller's share of the space for all unread answers
   * @param stallTimeoutMs how long the caller may read nothing while its answer waits
   */
  constructor(reply: FastifyReply, unread: SharedPart, stallTimeoutMs: number) {
    this.#reply = reply;
    this.#unread = unread;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /** @param length of the body, if known */
  head(status: number, headers: string[], length: string | string[] | undefined): void {
    this.#status = status;
    this.#headers = headers;
    this.#length = length === undefined ? -1 : Number(length);
  }

  /**
   * @param mayRefuse whether the caller may get another answer: not if the service has carried out a write
   * @returns false if there is no space for another unread answer, and it may be refused; nothing was written then
   */
  body(chunk: Buffer, flow: Flow, mayRefuse: boolean): boolean {
    const isAll = !this.begun && chunk.length === this.#length;
    if (isAll && !this.#unread.take(chunk.length)) {
      if (mayRefuse) return false;
      this.#unread.force(chunk.length);
    }
    const response = this.#begin();
    if (isAll) this.#endWith(response, chunk);
    else if (!response.write(chunk)) this.#waitForDrain(response, flow);
    return true;
  }

  end(): void {
    const response = this.#begin();
    if (!response.writableEnded) response.end();
  }

  /** Closes the connection in the middle of an answer, so that the caller can tell that the answer is incomplete. */
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

  /** The kernel accepts nearly every answer at once; the others occupy space until they are read. */
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
      goOn(); // with pipelining, the 'close' of an answer behind others comes later
    }, this.#stallTimeoutMs);
    response.on('drain', goOn).on('close', goOn);
  }
}
