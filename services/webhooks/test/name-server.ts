/** A name server on this machine, which resolves given names and does not answer for others. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const HEAD_BYTES = 12;
const TYPES: Readonly<Record<number, 4 | 6>> = { 1: 4, 28: 6 };
const CLASS_AND_TTL = [0, 1, 0, 0, 0, 60];
/** Where the name of the question stands. */
const NAME_OF_QUESTION = [0xc0, HEAD_BYTES];
export const NO_SUCH_NAME = 3;
export const SERVER_FAILURE = 2;

type Known = readonly string[] | number | undefined;

export class NameServer {
  /** Each as `4 shop.example`, by the family that is asked for. */
  readonly asked: string[] = [];
  /** The addresses of a name, or the code of an error; what is undefined is never answered. */
  knows: (name: string, family: 4 | 6) => Known | Promise<Known> = () => undefined;
  readonly #socket: Socket = createSocket('udp4');

  static async start(): Promise<NameServer> {
    const server = new NameServer();
    const socket = server.#socket;
    socket.on('message', (query, { port, address }) => {
      void server.#answer(query).then((answer) => {
        if (answer !== null) socket.send(answer, port, address);
      });
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  async #answer(query: Buffer): Promise<Buffer | null> {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end);
    const family = TYPES[type];
    if (family === undefined) return null;
    this.asked.push(`${family} ${name}`);
    const known = await this.knows(name, family);
    if (known === undefined) return null;
    const addresses = typeof known === 'number' ? [] : known.filter((address) => isIP(address) === family);
    const records = addresses.map((address) => {
      const bytes = ipaddr.parse(address).toByteArray();
      return Buffer.from([...NAME_OF_QUESTION, 0, type, ...CLASS_AND_TTL, 0, bytes.length, ...bytes]);
    });
    const head = Buffer.alloc(HEAD_BYTES);
    query.copy(head, 0, 0, 2);
    // An answer, to a question that asks for recursion, which is there.
    head.writeUInt16BE(0x8180 | (typeof known === 'number' ? known : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    return Buffer.concat([head, query.subarray(HEAD_BYTES, end + 4), ...records]);
  }
}

/** The name of the question, and where it ends. */
function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEAD_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}
