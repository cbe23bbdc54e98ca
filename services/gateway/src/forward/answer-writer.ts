/**
 * Writes an answer to the caller, as fast as the caller reads. The head waits for the first part of the body, so that
 * most answers leave in one write, and so that an attempt which fails between the two can still be made again.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** The side that the body comes from. */
export interface Flow {
  pause(): void;
  resume(): void;
}

export class AnswerWriter {
  readonly #reply: FastifyReply;
  readonly #stallTimeoutMs: number;
  #status = 0;
  #headers: string[] = [];
  #length = -1;
  /** Whether anything has gone to the caller. */
  begun = false;

  /** @param stallTimeoutMs how long the caller may read nothing while its answer waits */
  constructor(reply: FastifyReply, stallTimeoutMs: number) {
    this.#reply = reply;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /** @param length of the body, where it is known */
  head(status: number, headers: string[], length: string | string[] | undefined): void {
    this.#status = status;
    this.#headers = headers;
    this.#length = length === undefined ? -1 : Number(length);
  }

  body(chunk: Buffer, flow: Flow): void {
    const isAll = !this.begun && chunk.length === this.#length;
    const response = this.#begin();
    if (isAll) response.end(chunk);
    else if (!response.write(chunk)) this.#waitForDrain(response, flow);
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

  #waitForDrain(response: ServerResponse, flow: Flow): void {
    flow.pause();
    const timer = setTimeout(() => response.destroy(), this.#stallTimeoutMs);
    const goOn = () => {
      clearTimeout(timer);
      response.off('drain', goOn).off('close', goOn);
      flow.resume();
    };
    response.on('drain', goOn).on('close', goOn);
  }
}
