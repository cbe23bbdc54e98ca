import type { Scope } from '@mo/contracts';

/** A key as the gateway knows it: its hash, and what may be done with it. */
export interface ApiKey {
  /** Who calls. Several keys may have the same: that is how a key is replaced without a gap. */
  readonly caller: string;
  /** Its id in the store; null for one that stands in the environment or in a file. */
  readonly keyId: number | null;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly scopes: ReadonlySet<Scope>;
  /** Requests per second, or null for as many as it likes. */
  readonly rate: number | null;
  /** Milliseconds since 1970, or null for one that never expires. */
  readonly expiresAtMs: number | null;
}
