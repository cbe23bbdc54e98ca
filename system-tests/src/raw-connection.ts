/**
 * A plain connection, for requests that no HTTP client would send, and for callers who are slow to send or to read.
 */
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { waitFor } from './wait-for.ts';

/** An answer as received on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** In lower case. */
  readonly head: string;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

export class RawConnection {
  readonly socket: Socket;
  #received = '';
  isClosed = false;

  /**
   * @param tls for an https URL
   * @param localAddress of this end, by which a gateway tells callers apart
   */
  constructor(url: string, tls?: ConnectionOptions, localAddress?: string) {
    const { hostname: host, port } = new URL(url);
    const address = { host, port: Number(port), localAddress };
    this.socket = tls === undefined ? connect(address) : connectTls({ ...address, ...tls });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.#received += text;
    });
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    this.socket.on('error', () => {});
  }

  send(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }

  /** Waits for `count` complete answers in order of arrival, ignoring interim ones. */
  async answers(count: number): Promise<RawAnswer[]> {
    await waitFor(() => Promise.resolve(this.#read().length >= count));
    return this.#read();
  }

  async answer(): Promise<RawAnswer> {
    return (await this.answers(1))[0] as RawAnswer;
  }

  async closed(): Promise<void> {
    await waitFor(() => Promise.resolve(this.isClosed));
  }

  #read(): RawAnswer[] {
    const answers: RawAnswer[] = [];
    for (let from = 0; ; ) {
      const end = this.#received.indexOf(HEAD_END, from);
      if (end < 0) return answers;
      const head = this.#received.slice(from, end).toLowerCase();
      const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      from = end + HEAD_END.length + length;
      if (this.#received.length < from) return answers;
      const status = Number(head.slice(9, 12));
      if (status >= 200) answers.push({ status, head, body: this.#received.slice(from - length, from) });
    }
  }
}
