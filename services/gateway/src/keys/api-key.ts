import type { Scope } from '@mo/contracts';

/** A key as known to the gateway: its hash, and its permissions. */
export interface ApiKey {
  /** The caller. Several keys may have the same one, so that a key is replaced without a gap. */
  readonly caller: string;
  /** Its id in the store; null for a key from the environment or a file. */
  readonly keyId: number | null;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<Scope>;
  /** Requests per second, or null for no limit. */
  readonly rate: number | null;
  /** Milliseconds since 1970, or null for one that never expires. */
  readonly expiresAtMs: number | null;
}
