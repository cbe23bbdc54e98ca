/** Sends the requests of a command, and remembers the write whose answer is missing. */

export class Sender {
  #unanswered: UnansweredWrite | null = null;

  /** The latest write, while it may have taken effect and has no whole answer; null if there is none. */
  get unanswered(): UnansweredWrite | null {
    return this.#unanswered;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method === undefined || init.method === 'GET') return fetch(input, init);
    const before = this.#unanswered;
    this.#unanswered = { idempotencyKey: new Headers(init.headers).get('idempotency-key') };
    const response = await fetch(input, init);
    const body = await response.arrayBuffer();
    if (response.status === 429) this.#unanswered = before;
    else if (response.status < 500) this.#unanswered = null;
    return new Response(body.byteLength === 0 ? null : body, response);
  };
}

export interface UnansweredWrite {
  /** Null if the operation takes no key. */
  readonly idempotencyKey: string | null;
}
