/**
 * A minimal HTTP/1.1 client connection, one request at a time. It is hand-written because a load generator must cost
 * far less than the server under load: it parses only the parts of a response that are counted, and skips the rest.
 */
import { connect, type Socket } from 'node:net';

/** The parts of a response that are counted. `broken`, with a reason: the connection ended before the response did. */
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
  #onReply: ((reply: Reply) => void) | null = null;
  /** Reused, because a timer per request would cost more than the request. */
  #timer: NodeJS.Timeout | null = null;
  #timeoutMs = 0;
  #head: Buffer = NOTHING;
  #reply: Reply | null = null;
  #bodyBytesLeft = 0;
  #failure = 'the connection was closed';
  #isNew = true;
  /** When the last request ended, by `performance.now()`. */
  idleSinceMs = 0;

  /** @param onClose called once, when the connection has closed */
  constructor(host: string, port: number, onClose: (connection: Connection) => void) {
    this.#onClose = onClose;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? error.message;
    });
    this.#socket.on('close', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#finish({ broken: this.#failure });
      this.#onClose(this);
    });
  }

  /** Sends a request. The previous request must have ended. */
  send(text: string, timeoutMs: number, onReply: (reply: Reply) => void): void {
    this.#onReply = onReply;
    this.#startTimer(timeoutMs);
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #startTimer(timeoutMs: number): void {
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
    if (this.#onReply === null) return; // idle; the next request restarts the timer
    this.#failure = `no response within ${this.#timeoutMs} ms${this.#isNew ? ' (first request of a connection)' : ''}`;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
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
    if (length === null) throw new Error(`a response without Content-Length: ${text}`);
    this.#bodyBytesLeft = Number(length);
    this.#reply = {
      status: Number(text.slice(9, 12)),
      hasRetryAfter: headerIn(text, lower, 'retry-after') !== null,
      isProblem: headerIn(text, lower, 'content-type')?.startsWith('application/problem+json') === true,
      token: headerIn(text, lower, 'consistency-token'),
    };
  }

  #finish(reply: Reply | null): void {
    const onReply = this.#onReply;
    this.#onReply = null;
    if (reply !== null && !('broken' in reply)) this.#isNew = false;
    this.#reply = null;
    this.#head = NOTHING;
    this.idleSinceMs = performance.now();
    if (reply !== null) onReply?.(reply);
  }
}

/** @param lower the head in lower case */
function headerIn(head: string, lower: string, name: string): string | null {
  const start = lower.indexOf(`\r\n${name}:`);
  if (start < 0) return null;
  const from = start + name.length + 3;
  return head.slice(from, head.indexOf('\r\n', from)).trim();
}
