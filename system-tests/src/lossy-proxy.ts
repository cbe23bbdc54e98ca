/**
 * A proxy between a caller and the gateway that loses answers: the request is processed and its effect committed, but
 * the caller's connection breaks before or during the answer, or the answer never comes.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The fate of an answer; one that is held keeps its caller waiting. */
export type Fate = 'pass' | 'lose' | 'cut' | 'hold';

export class LossyProxy {
  readonly url: string;
  /** Decides the fate of each answer. */
  fateOf: (request: IncomingMessage, status: number) => Fate = () => 'pass';
  /** The status of each answer of the gateway, including lost ones. */
  readonly answered: number[] = [];
  readonly #server;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(gatewayUrl: string): Promise<LossyProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new LossyProxy(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      proxy.#forward(gatewayUrl, request, response).catch(() => request.socket.destroy());
    });
    return proxy;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #forward(gatewayUrl: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    const onward = send(`${gatewayUrl}${url}`, { method, headers });
    request.pipe(onward);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const body = await buffer(answer);
    const { statusCode: status = 0 } = answer;
    this.answered.push(status);
    const fate = this.fateOf(request, status);
    if (fate === 'hold') return;
    if (fate === 'lose') return void request.socket.destroy();
    response.writeHead(status, answer.headers);
    if (fate === 'cut') response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
    else response.end(body);
  }
}
