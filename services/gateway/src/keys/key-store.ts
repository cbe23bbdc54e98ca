/** API keys in the gateway's own database. Every change increments the version, by which all gateways detect it. */
import { randomBytes } from 'node:crypto';
import type { NewKey, Scope } from '@mo/contracts';
import { arrayRows, type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { ProblemError, sha256 } from '@mo/service-kit';
import type { ApiKey } from './api-key.ts';

const KEY_BYTES = 32;
const HINT_LENGTH = 7;

/** As returned by the driver. */
export type Time = Date | string;

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: Scope[];
  readonly rate: number | null;
  readonly created_at: Time;
  readonly created_by: string;
  readonly expires_at: Time | null;
  readonly revoked_at: Time | null;
  readonly last_used_at: Time | null;
  readonly is_expired: boolean;
}

const COLUMNS = `id, name, hint, scopes, rate, created_at, created_by, expires_at, revoked_at, last_used_at,
  expires_at <= now() AS is_expired`;

export interface KeysWanted {
  readonly name?: string | undefined;
  readonly status?: 'active' | 'expired' | 'revoked' | undefined;
  /** Only keys with smaller ids than this. */
  readonly before: number;
  readonly limit: number;
}

const STATUS = `CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END`;

export class KeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Creates a key; its text is contained only in this result. */
  create(key: Omit<NewKey, 'rate'> & { readonly rate?: number | undefined }, by: string) {
    return inTransaction(this.#database, async (sql) => {
      await raiseVersion(sql);
      return insert(sql, { ...key, rate: key.rate ?? null, expires_at: key.expires_at ?? null }, by);
    });
  }

  async find(id: number): Promise<KeyRow | null> {
    const [row] = await run<KeyRow>(sqlOf(this.#database), `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`, [id]);
    return row ?? null;
  }

  /** Newest first; one row more than the limit, if there are more. */
  list({ name, status, before, limit }: KeysWanted): Promise<KeyRow[]> {
    const text = `SELECT ${COLUMNS} FROM api_keys
      WHERE id < $1 AND ($2::text IS NULL OR name = $2) AND ($3::text IS NULL OR ${STATUS} = $3)
      ORDER BY id DESC LIMIT $4`;
    return run<KeyRow>(sqlOf(this.#database), text, [before, name ?? null, status ?? null, limit + 1]);
  }

  /**
   * Creates a key that replaces another, which remains valid for the overlap.
   *
   * @returns null if there is no such key
   * @throws ProblemError key_not_active
   */
  rotate(id: number, overlapSeconds: number, expiresAt: Date | null, by: string) {
    return inTransaction(this.#database, async (sql) => {
      await raiseVersion(sql);
      const [old] = await run<KeyRow>(sql, `SELECT ${COLUMNS} FROM api_keys WHERE id = $1 FOR UPDATE`, [id]);
      if (old === undefined) return null;
      if (old.revoked_at !== null) throw new ProblemError('key_not_active', 'the key is revoked');
      if (old.is_expired) throw new ProblemError('key_not_active', 'the key has expired');
      const expire = `UPDATE api_keys SET expires_at = least(expires_at, now() + make_interval(secs => $2)) WHERE id = $1`;
      await run(sql, expire, [id, overlapSeconds]);
      return insert(sql, { ...old, expires_at: expiresAt }, by);
    });
  }

  /** Revokes a key at once. Returns null if there is no such key; a revoked key stays unchanged. */
  revoke(id: number): Promise<KeyRow | null> {
    return inTransaction(this.#database, async (sql) => {
      await raiseVersion(sql);
      const text = `UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE id = $1 RETURNING ${COLUMNS}`;
      const [row] = await run<KeyRow>(sql, text, [id]);
      return row ?? null;
    });
  }

  /** Incremented by every change, in the order in which changes become visible. */
  async version(): Promise<number> {
    const [row] = await run<{ version: string }>(sqlOf(this.#database), 'SELECT version FROM api_keys_version');
    return Number(row?.version ?? 0);
  }

  /** The keys that are valid now; each may have an expiry. */
  async usable(): Promise<ApiKey[]> {
    const text = `SELECT id, name, digest, scopes, rate, expires_at FROM api_keys
      WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
    const rows = await run<KeyRow & { digest: Buffer }>(sqlOf(this.#database), text);
    return rows.map(({ id, name, digest, scopes, rate, expires_at: expiresAt }) => ({
      caller: name,
      keyId: Number(id),
      digest,
      scopes: new Set(scopes),
      rate,
      expiresAtMs: expiresAt === null ? null : new Date(expiresAt).getTime(),
    }));
  }

  /**
   * Stores when keys were last used, in milliseconds since 1970. All gateways lock the keys in the same order, so that
   * none waits for another that waits for it.
   */
  async noteUses(uses: ReadonlyMap<number, number>): Promise<void> {
    const text = `WITH held AS (
        SELECT id FROM api_keys WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
      UPDATE api_keys SET last_used_at = greatest(last_used_at, used.at)
      FROM held JOIN (${arrayRows({ id: 'bigint', at: 'timestamptz' })}) AS used USING (id) WHERE api_keys.id = held.id`;
    const times = [...uses.values()].map((ms) => new Date(ms).toISOString());
    await run(sqlOf(this.#database), text, [[...uses.keys()], times]);
  }
}

/** Locks the single row until the transaction ends, so that versions become visible in order and none is skipped. */
const raiseVersion = (sql: Sql) => run(sql, 'UPDATE api_keys_version SET version = version + 1');

interface Insertable {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rate: number | null;
  readonly expires_at: Time | null;
}

async function insert(sql: Sql, { name, scopes, rate, expires_at: expiresAt }: Insertable, by: string) {
  const key = `mo_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const text = `INSERT INTO api_keys (name, digest, hint, scopes, rate, expires_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`;
  const digest = sha256(key);
  const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
  const [row] = await run<KeyRow>(sql, text, [name, digest, key.slice(0, HINT_LENGTH), scopes, rate, expires, by]);
  return { key, row: row as KeyRow };
}
