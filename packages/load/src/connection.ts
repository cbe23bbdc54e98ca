/**
 * A connection that carries one request after the other. It is written by hand, for a load generator must cost far less
 * than what it loads: of an answer it reads what is counted, and passes over the rest.
 */
import { connect, type Socket } from 'node:net';

/** What is counted of an answer. `broken` stands for a connection that ended before its answer did. */
export type Reply =
  | {
      readonly status: number;
      readonly hasRetryAfter: boolean;
      readonly isProblem: boolean;
      readonly token: string | null;
    }
  | { readonly broken: string };

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

export class Connection {
  readonly #socket: Socket;
  readonly #onClose: (connection: Connection) => void;
  #done: ((reply: Reply) => void) | null = null;
  /** Made once: a timer for each request would cost more than the request. */
  #timer: NodeJS.Timeout | null = null;
  #timeoutMs = 0;
  #head: Buffer = NOTHING;
  #reply: Reply | null = null;
  #bodyBytesLeft = 0;
  #failure = 'the connection was closed';
  #isNew = true;
  /** Since when nothing is under way, by `performance.now()`. */
  idleSinceMs = 0;

  /** @param onClose told once it can't be used any more */
  constructor(host: string, port: number, onClose: (connection: Connection) => void) {
    this.#onClose = onClose;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? error.message;
    });
    this.#socket.on('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#finish({ broken: this.#failure });
      this.#onClose(this);
    });
  }

  /** Sends a request, of which there may be one at a time. */
  send(text: string, timeoutMs: number, done: (reply: Reply) => void): void {
    this.#done = done;
    this.#watch(timeoutMs);
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #watch(timeoutMs: number): void {
    if (this.#timer !== null && timeoutMs === this.#timeoutMs) {
      this.#timer.refresh();
      return;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(() => this.#giveUp(), timeoutMs);
    this.#timer.unref();
  }

  #giveUp(): void {
    if (this.#done === null) return; // idle; the timer is started again with the next request
    this.#failure = `no answer within ${this.#timeoutMs} ms${this.#isNew ? ', to the first request of a connection' : ''}`;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#reply !== null) {
      this.#bodyBytesLeft -= chunk.length;
    } else {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf(HEAD_END);
      if (end < 0) return;
      this.#readHead(this.#head.toString('latin1', 0, end + 2));
      this.#bodyBytesLeft -= this.#head.length - end - HEAD_END.length;
    }
    if (this.#bodyBytesLeft <= 0) this.#finish(this.#reply);
  }

  #readHead(text: string): void {
    const lower = text.toLowerCase();
    const length = headerIn(text, lower, 'content-length');
    if (length === null) throw new Error(`an answer without its length: ${text}`);
    this.#bodyBytesLeft = Number(length);
    this.#reply = {
      status: Number(text.slice(9, 12)),
      hasRetryAfter: headerIn(text, lower, 'retry-after') !== null,
      isProblem: headerIn(text, lower, 'content-type')?.startsWith('application/problem+json') === true,
      token: headerIn(text, lower, 'consistency-token'),
    };
  }

  #finish(reply: Reply | null): void {
    const done = this.#done;
    this.#done = null;
    if (reply !== null && !('broken' in reply)) this.#isNew = false;
    this.#reply = null;
    this.#head = NOTHING;
    this.idleSinceMs = performance.now();
    if (reply !== null) done?.(reply);
  }
}

/** @param lower the same head in lower case */
function headerIn(head: string, lower: string, name: string): string | null {
  const start = lower.indexOf(`\r\n${name}:`);
  if (start < 0) return null;
  const from = start + name.length + 3;
  return head.slice(from, head.indexOf('\r\n', from)).trim();
}
