/**
 * Finds the owner of a key. The received key is hashed first. The first bytes of the digest select a few candidates,
 * which are compared in constant time. The duration of a lookup therefore reveals at most the first bytes of a digest,
 * from which no key can be derived.
 */
import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '@mo/service-kit';
import type { Caller } from '../access/caller.ts';
import type { Meter } from '../rates/meter.ts';
import type { ApiKey } from './api-key.ts';

/** Creates the rate limiter of a key. */
export type MakeMeter = (digest: Buffer, rate: number) => Meter;

interface Entry extends Caller {
  readonly digest: Buffer;
  readonly expiresAtMs: number | null;
}

export class KeyRing {
  readonly #makeMeter: MakeMeter;
  readonly #onUse: (keyId: number) => void;
  #entries = new Map<number, Entry[]>();

  /** @param onUse called for every use of a key of the store */
  constructor(makeMeter: MakeMeter, onUse: (keyId: number) => void = () => {}) {
    this.#makeMeter = makeMeter;
    this.#onUse = onUse;
  }

  /**
   * Replaces the keys; of two with the same digest the first is used. A key that remains with the same rate keeps its
   * consumption.
   */
  replace(keys: readonly ApiKey[]): void {
    const entries = new Map<number, Entry[]>();
    for (const { caller, keyId, digest, scopes, rate, expiresAtMs } of keys) {
      const prefix = prefixOf(digest);
      const meter = this.#meterFor(digest, rate);
      const before = entries.get(prefix) ?? [];
      entries.set(prefix, [...before, { id: caller, keyId, digest, scopes, meter, expiresAtMs }]);
    }
    this.#entries = entries;
  }

  /** The caller with this key; null if the key is unknown or expired. */
  find(key: string): Caller | null {
    const entry = this.#byDigest(sha256(key));
    if (entry === null || (entry.expiresAtMs !== null && entry.expiresAtMs <= Date.now())) return null;
    if (entry.keyId !== null) this.#onUse(entry.keyId);
    return entry;
  }

  #byDigest(digest: Buffer): Entry | null {
    const candidates = this.#entries.get(prefixOf(digest)) ?? [];
    return candidates.find((entry) => timingSafeEqual(entry.digest, digest)) ?? null;
  }

  #meterFor(digest: Buffer, rate: number | null): Meter | null {
    if (rate === null) return null;
    const before = this.#byDigest(digest)?.meter ?? null;
    return before?.rate === rate ? before : this.#makeMeter(digest, rate);
  }
}

const prefixOf = (digest: Buffer): number => digest.readUInt32LE(0);
