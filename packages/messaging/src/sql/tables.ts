/**
 * The tables of the protocol, the same in every service's database. A service's first migration creates them. Each
 * later change is a migration here, which every service lists among its own.
 */
import { Migration } from '@mikro-orm/migrations';

/** The statements that create the protocol's tables, first version. */
export function streamTablesV1(): string[] {
  return [
    `CREATE TABLE journal (
      customer_id bigint NOT NULL CHECK (customer_id > 0),
      version bigint NOT NULL CHECK (version > 0),
      type text COLLATE "C" NOT NULL,
      data json NOT NULL,
      seen json NOT NULL,
      time timestamptz(3) NOT NULL,
      traceparent text COLLATE "C",
      PRIMARY KEY (customer_id, version)
    )`,
    'CREATE INDEX journal_time ON journal USING brin (time)',
    `CREATE TABLE outbox (
      id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
      customer_id bigint NOT NULL,
      version bigint NOT NULL,
      parked_reason text
    )`,
    'CREATE INDEX outbox_parked ON outbox (customer_id) WHERE parked_reason IS NOT NULL',
    ...answersTableV1(),
    leaseTableV1('relay_lease'),
  ];
}

/** The statements that create the table of the answers stored under an Idempotency-Key. */
export function answersTableV1(): string[] {
  return [
    `CREATE TABLE answers (
      id bytea PRIMARY KEY CHECK (length(id) = 32),
      fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
      status smallint NOT NULL CHECK (status BETWEEN 200 AND 499),
      body text NOT NULL,
      token text COLLATE "C",
      settle json,
      created_at timestamptz(3) NOT NULL
    )`,
    'CREATE INDEX answers_created_at ON answers (created_at)',
  ];
}

/** The statement that creates the table of a lease, which one process holds at a time. */
export const leaseTableV1 = (table: string): string =>
  `CREATE TABLE ${table} (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      holder text NOT NULL,
      until timestamptz NOT NULL
    )`;

/** SQL for the digest of a journal row as it was written. */
export const journalDigest = (row: string): string =>
  `sha256(convert_to(concat_ws('|', ${row}.customer_id, ${row}.version, ${row}.type, extract(epoch FROM ${row}.time), ` +
  `${row}.seen, ${row}.data, ${row}.traceparent), 'UTF8'))`;

/**
 * The events that could not be parsed or take effect, one row per event. A row is identified by customer and version if
 * those could be read, else by the place of the Kafka message.
 */
export class QuarantineTableV1 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE quarantine (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      stream text COLLATE "C" NOT NULL,
      customer_id bigint CHECK (customer_id > 0),
      version bigint CHECK (version > 0),
      reason text NOT NULL,
      source_topic text COLLATE "C",
      source_partition integer CHECK (source_partition >= 0),
      source_offset bigint CHECK (source_offset >= 0),
      at timestamptz(3) NOT NULL,
      UNIQUE (stream, customer_id, version),
      CHECK ((source_topic IS NULL) = (source_partition IS NULL) AND (source_topic IS NULL) = (source_offset IS NULL)),
      CHECK (source_topic IS NOT NULL OR (customer_id IS NOT NULL AND version IS NOT NULL))
    )`);
    this.addSql('CREATE INDEX quarantine_source ON quarantine (source_topic, source_partition, source_offset)');
    this.addSql(`CREATE UNIQUE INDEX quarantine_unnamed ON quarantine (source_topic, source_partition, source_offset)
      WHERE customer_id IS NULL OR version IS NULL`);
  }
}

/**
 * A digest of each event as it was written, so that changes to a journal row are detected, even in data that is stored
 * nowhere else, such as a replaced credit line. A trigger computes it on insert: no writer can omit it, and no update
 * recomputes it.
 */
export class JournalDigestV1 extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE journal ADD COLUMN digest bytea');
    this.addSql(`UPDATE journal j SET digest = ${journalDigest('j')}`);
    this.addSql('ALTER TABLE journal ALTER COLUMN digest SET NOT NULL');
    this.addSql(`CREATE FUNCTION digest_journal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.digest := ${journalDigest('NEW')};
      RETURN NEW;
    END $$`);
    this.addSql(
      'CREATE TRIGGER journal_digest BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION digest_journal()',
    );
  }
}

/** The table of the number of partitions over which the service's events are spread. */
export class PartitioningTableV1 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE partitioning (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      partitions integer NOT NULL CHECK (partitions > 0)
    )`);
  }
}

/**
 * The sweep finds events by time in a BRIN index, which can skip only summarised page ranges. With `autosummarize`,
 * PostgreSQL summarises at the next run of autovacuum, not only when the table is due for vacuum.
 */
export class JournalSummariesV1 extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER INDEX journal_time SET (autosummarize = on)');
  }
}

/** The columns that hold an account's progress on its own stream and on followed streams. */
export function progressColumnsV1(follows: readonly string[]): string {
  return [
    'version bigint NOT NULL DEFAULT 0 CHECK (version >= 0)',
    'restricted bigint NOT NULL DEFAULT 0 CHECK (restricted BETWEEN 0 AND version)',
    ...follows.flatMap((stream) => [
      `${stream}_applied bigint NOT NULL DEFAULT 0 CHECK (${stream}_applied >= 0)`,
      `${stream}_behind bigint NOT NULL DEFAULT 0 CHECK (${stream}_behind = 0 OR ${stream}_behind > ${stream}_applied)`,
    ]),
    `last_time timestamptz(3) NOT NULL DEFAULT 'epoch'`,
  ].join(',\n      ');
}

/** An index that finds the accounts on which events are missing. */
export function behindIndexV1(table: string, follows: readonly string[]): string {
  const behind = follows.map((stream) => `${stream}_behind > 0`).join(' OR ');
  return `CREATE INDEX ${table}_behind ON ${table} (customer_id) WHERE ${behind}`;
}
