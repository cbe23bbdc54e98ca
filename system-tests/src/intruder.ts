/** Requests of an attacker: any key or none, any body, any path. */
import type { CreatedKeyBody, Problem } from '@mo/contracts';
import { procStat } from '@mo/dev-stack';
import { insisting } from './api.ts';
import type { System } from './system.ts';
import { nameOf } from './world.ts';

export interface Attempt {
  /** Null for none; the system's own key by default. */
  readonly key?: string | null;
  /** Text is sent verbatim, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Its functions can be destructured. */
export class Intruder {
  readonly #system: System;
  /** Before all attempts. */
  readonly #processes: readonly string[];

  constructor(system: System) {
    this.#system = system;
    this.#processes = processesOf(system);
  }

  /** @throws Error if a process has crashed since this intruder was made: insisting hides that */
  readonly expectNoCrash = (): void => {
    const crashed = processesOf(this.#system).filter((now) => !this.#processes.includes(now));
    if (crashed.length > 0) throw new Error(`processes have crashed, and now ${crashed.join(', ')}`);
  };

  /** Insists on an answer other than 503, which no attempt should get. */
  readonly call = <Body = Problem>(method: string, path: string, attempt?: Attempt) =>
    insisting(() => this.#callOnce<Body>(method, path, attempt));

  async #callOnce<Body>(method: string, path: string, { key, body, headers = {} }: Attempt = {}) {
    const { url, apiKey } = this.#system.stack;
    const token = key === undefined ? apiKey : key;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text || '{}') as Body };
  }

  /** Creates a key of another caller. */
  readonly keyOf = async (scopes: readonly string[], more: object = {}): Promise<CreatedKeyBody> => {
    const body = { name: nameOf('caller'), scopes, ...more };
    const made = await this.call<CreatedKeyBody>('POST', '/api/keys', { body });
    if (made.status !== 201) throw new Error(`no key: ${made.text}`);
    return made.body;
  };

  /**
   * Creates a key that is about to expire. The gateway computes the time. A time so near that a test gave could be past
   * on arrival, and refused.
   */
  readonly briefKeyOf = async (scopes: readonly string[]): Promise<string> => {
    const { id, key } = await this.keyOf(scopes);
    const rotated = await this.call('POST', `/api/keys/${id}/rotate`, { body: { overlap_seconds: 1 } });
    if (rotated.status !== 201) throw new Error(`the key was not rotated: ${rotated.text}`);
    return key;
  };
}

/** The processes of the gateway and the services, each in a few words. */
function processesOf({ stack }: System): string[] {
  const { gateway, customers, loans, payments, webhooks } = stack.stack();
  const replicas = [customers, loans, payments, webhooks].flatMap((service) => service?.replicas ?? []);
  return [gateway, ...replicas].map(({ url, pid }) => `${url} is served by ${isRunning(pid) ? pid : 'nobody'}`);
}

const isRunning = (pid: number | null): boolean => pid !== null && !['Z', undefined].includes(procStat(pid)?.state);

/** A customer that is not registered yet. */
export const newCustomer = () => ({ external_id: nameOf('customer'), score: '1000.00' });
