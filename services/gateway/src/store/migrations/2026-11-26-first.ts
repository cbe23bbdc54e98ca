import { Migration } from '@mikro-orm/migrations';

/** Keys, the token buckets of their rates, and the audit log. */
export class First extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE api_keys (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_.-]{1,64}$'),
      digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
      hint text NOT NULL,
      scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
      rate double precision CHECK (rate > 0),
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      created_by text NOT NULL,
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz
    )`);
    this.addSql('CREATE INDEX api_keys_by_name ON api_keys (name, id)');
    this.addSql(`CREATE TABLE api_keys_version (
      only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
      version bigint NOT NULL
    )`);
    this.addSql('INSERT INTO api_keys_version (version) VALUES (0)');
    this.addSql(`CREATE UNLOGGED TABLE rate_buckets (
      bucket bytea PRIMARY KEY,
      tokens double precision NOT NULL,
      drawn double precision NOT NULL,
      filled_at timestamptz NOT NULL
    ) WITH (fillfactor = 50)`);
    this.addSql(`CREATE TABLE audit_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      caller text NOT NULL,
      key_id bigint,
      operation text NOT NULL,
      method text NOT NULL,
      path text NOT NULL,
      status int NOT NULL,
      address text NOT NULL,
      request_id text NOT NULL
    )`);
    this.addSql('CREATE INDEX audit_log_by_time ON audit_log (at)');
    this.addSql('CREATE INDEX audit_log_by_caller ON audit_log (caller, id)');
  }
}
