/** One HTTP exchange and its outcome as seen from the socket. */
import { type Agent, type IncomingMessage, request } from 'node:http';

const TIMEOUT_MS = 60_000;

/** `answered` completely; `refused` before anything was sent; otherwise the error. */
export type Exchange = 'answered' | 'refused' | `cut off: ${string}`;

/** Posts a JSON body over an agent's connections. */
export function exchange(url: string, agent: Agent, headers: Record<string, string>, body: string): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const options = { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } };
  const call = request(url, { ...options, timeout: TIMEOUT_MS }, (answer: IncomingMessage) => {
    answer.resume();
    answer.on('end', () => resolve(answer.complete ? 'answered' : 'cut off: in its answer'));
    answer.on('error', (error) => resolve(`cut off: in its answer, ${error.message}`));
  });
  call.on('timeout', () => call.destroy(new Error('no answer')));
  call.on('error', (error: NodeJS.ErrnoException) => {
    const isRefused = error.code === 'ECONNREFUSED';
    resolve(isRefused ? 'refused' : `cut off: ${error.message}${call.reusedSocket ? ', on a kept connection' : ''}`);
  });
  call.end(body);
  return promise;
}
