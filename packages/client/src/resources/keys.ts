import type { Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type { ApiKey, CreatedApiKey, KeyRotation, NewApiKey, QueryOf } from '../types.ts';
import { jsonBody } from '../upload.ts';

/**
 * API keys, for callers with the scope `admin`. Writes are retried automatically only after 429, because any other
 * retry might create a second key.
 */
export class Keys {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Creates a key. The key itself is only in this answer. */
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

  /** Creates a key that replaces another, which stays valid for `overlap_seconds` (default: 1 day). */
  async rotate(keyId: number, rotation: KeyRotation = {}, options?: CallOptions): Promise<CreatedApiKey> {
    const call = { path: { key_id: keyId }, body: jsonBody(rotation) };
    return (await this.#caller.call('rotateKey', call, options)).body;
  }

  /** Revokes the key; every gateway rejects it within 2 seconds. */
  async revoke(keyId: number, options?: CallOptions): Promise<ApiKey> {
    return (await this.#caller.call('revokeKey', { path: { key_id: keyId } }, options)).body;
  }
}
