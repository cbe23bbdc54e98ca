/**
 * An answer with the parts of Node's `ServerResponse` that a framework uses. It is buffered until it ends, and then
 * sent as a whole. Requests with answers of unbounded size must not be sent over mux.
 */
import { EventEmitter } from 'node:events';

type HeaderValue = string | number | readonly string[];

export interface WholeAnswer {
  /** The status, then alternating header names and values. */
  readonly head: readonly string[];
  readonly body: Uint8Array | string;
}

export class MuxResponse extends EventEmitter {
  readonly #send: (answer: WholeAnswer | null) => void;
  readonly #headers: Record<string, HeaderValue> = {};
  readonly #parts: Buffer[] = [];
  statusCode = 200;
  /** Whether the connection accepts more calls. */
  shouldKeepAlive = true;
  headersSent = false;
  writableEnded = false;
  destroyed = false;

  /** @param send sends the answer; null breaks the call off */
  constructor(send: (answer: WholeAnswer | null) => void) {
    super();
    this.#send = send;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  get writableFinished(): boolean {
    return this.writableEnded;
  }

  setHeader(name: string, value: HeaderValue): this {
    this.#headers[name.toLowerCase()] = value;
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers[name.toLowerCase()];
  }

  getHeaders(): Record<string, HeaderValue> {
    return { ...this.#headers };
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  removeHeader(name: string): void {
    delete this.#headers[name.toLowerCase()];
  }

  writeHead(status: number, headers?: Readonly<Record<string, HeaderValue | undefined>>): this {
    this.statusCode = status;
    this.headersSent = true;
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) this.setHeader(name, value);
    }
    return this;
  }

  write(part: Uint8Array | string): boolean {
    this.headersSent = true;
    this.#parts.push(Buffer.from(part as Uint8Array));
    return true;
  }

  end(last?: Uint8Array | string | null): this {
    if (this.writableEnded || this.destroyed) return this;
    this.headersSent = true;
    this.writableEnded = true;
    this.#send({ head: this.#head(), body: this.#bodyWith(last ?? '') });
    process.nextTick(() => {
      this.emit('finish');
      this.emit('close');
    });
    return this;
  }

  destroy(): this {
    if (this.writableEnded || this.destroyed) return this;
    this.destroyed = true;
    this.#send(null);
    process.nextTick(() => this.emit('close'));
    return this;
  }

  /** Called when nobody waits for the answer any more. */
  leave(): void {
    this.destroyed = true;
    this.emit('close');
  }

  #head(): string[] {
    const head = [String(this.statusCode)];
    for (const name in this.#headers) head.push(name, String(this.#headers[name]));
    if (!this.shouldKeepAlive) head.push('connection', 'close');
    return head;
  }

  #bodyWith(last: Uint8Array | string): Uint8Array | string {
    if (this.#parts.length === 0) return last;
    return Buffer.concat([...this.#parts, Buffer.from(last as Uint8Array)]);
  }
}
