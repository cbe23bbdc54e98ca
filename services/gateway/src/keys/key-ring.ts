/**
 * Finds who a key belongs to. What a caller sends is hashed first; the digest's first bytes lead to the few entries
 * that it could be, and those are compared in constant time. So how long a look-up takes tells at most the first bytes
 * of a digest, from which no key can be made.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from './parse-keys.ts';
import { TokenBucket } from './token-bucket.ts';

export interface Caller {
  readonly id: string;
  readonly digest: Buffer;
  /** Null where the key has no rate. */
  readonly bucket: TokenBucket | null;
}

export class KeyRing {
  #callers = new Map<number, Caller[]>();

  constructor(keys: readonly ApiKey[]) {
    this.replace(keys);
  }

  /** Takes other keys. One that stays, at the same rate, keeps what it has used of it. */
  replace(keys: readonly ApiKey[]): void {
    const callers = new Map<number, Caller[]>();
    for (const key of keys) {
      const prefix = prefixOf(key.digest);
      callers.set(prefix, [...(callers.get(prefix) ?? []), { ...key, bucket: this.#bucketFor(key) }]);
    }
    this.#callers = callers;
  }

  /** Who calls with this key, or null where it is none of ours. */
  find(key: string): Caller | null {
    return this.#byDigest(hash('sha256', key, 'buffer'));
  }

  #byDigest(digest: Buffer): Caller | null {
    const candidates = this.#callers.get(prefixOf(digest)) ?? [];
    return candidates.find((caller) => timingSafeEqual(caller.digest, digest)) ?? null;
  }

  #bucketFor({ digest, rate }: ApiKey): TokenBucket | null {
    if (rate === null) return null;
    const before = this.#byDigest(digest)?.bucket;
    return before?.rate === rate ? before : new TokenBucket(rate, performance.now());
  }
}

const prefixOf = (digest: Buffer): number => digest.readUInt32LE(0);
