import type { Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type { ApiKey, CreatedApiKey, KeyRotation, NewApiKey, QueryOf } from '../types.ts';
import { jsonBody } from '../upload.ts';

/** API keys, for callers with the scope `admin`. Making one is sent again by itself after 429 alone: else it might make another. */
export class Keys {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Makes a key; the answer shows it, this once. */
  async create(key: NewApiKey, options?: CallOptions): Promise<CreatedApiKey> {
    return (await this.#caller.call('createKey', { body: jsonBody(key) }, options)).body;
  }

  async get(keyId: number, options?: CallOptions): Promise<ApiKey> {
    return (await this.#caller.call('getKey', { path: { key_id: keyId } }, options)).body;
  }

  /** Newest first. */
  list(query: QueryOf<'listKeys'> = {}, options?: CallOptions): List<ApiKey> {
    return this.#caller.list('listKeys', { query }, () => null, options);
  }

  /** Makes a key in the place of another, which goes on for `overlap_seconds`, a day unless told. */
  async rotate(keyId: number, rotation: KeyRotation = {}, options?: CallOptions): Promise<CreatedApiKey> {
    const call = { path: { key_id: keyId }, body: jsonBody(rotation) };
    return (await this.#caller.call('rotateKey', call, options)).body;
  }

  /** Refuses the key from now on, at every gateway within two seconds. */
  async revoke(keyId: number, options?: CallOptions): Promise<ApiKey> {
    return (await this.#caller.call('revokeKey', { path: { key_id: keyId } }, options)).body;
  }
}
