/** A server in the place of the gateway that does as a test tells it, and writes down what it was asked. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { MoClient, type RetryLimits } from '../src/index.ts';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}
/** An answer; or what goes wrong instead: no answer at all, only half of one, or none ever. */
export type Act = Reply | 'drop' | 'cut' | 'hang';

/** Waits that make a test no slower. */
export const QUICK: Partial<RetryLimits> = { backoffMinMs: 1, backoffMaxMs: 2 };

export class StandIn {
  readonly asked: Asked[] = [];
  /** What becomes of the nth request, from 1. */
  act: (asked: Asked, times: number) => Act = () => ({ status: 200, body: {} });
  readonly #server: Server = createServer();
  url = '';

  static async start(): Promise<StandIn> {
    const standIn = new StandIn();
    const server = standIn.#server;
    // Otherwise a call after a pause, of the test or of the machine, could meet a connection that is just being closed.
    server.keepAliveTimeout = 0;
    server.on('request', (request, response) => void standIn.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return standIn;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const asked = { method, url, headers, body: await text(request).catch(() => '') };
    this.asked.push(asked);
    const act = this.act(asked, this.asked.length);
    if (act === 'hang') return;
    if (act === 'drop') return void request.socket.destroy();
    if (act === 'cut') {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"id":', () => request.socket.destroy());
      return;
    }
    const type = act.status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(act.status, { 'content-type': type, ...act.headers });
    response.end(typeof act.body === 'string' ? act.body : JSON.stringify(act.body));
  }

  client(retry: Partial<RetryLimits> = QUICK): MoClient {
    return new MoClient({ url: this.url, apiKey: 'key', retry });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export const problem = (status: number, code: string, more: object = {}, headers?: Record<string, string>): Reply => ({
  status,
  body: { type: `urn:mo:problem:${code}`, title: code, status, code, detail: 'as told', instance: 'urn:x', ...more },
  ...(headers === undefined ? {} : { headers }),
});

/** What was thrown. */
export async function thrown(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
