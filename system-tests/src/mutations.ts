/**
 * Mutations of stored data of every kind: each column of each table of a service, lost rows and duplicated rows. The
 * kinds are derived from the database's catalogue, so that no column can be forgotten: exclusions are listed here with
 * their reasons.
 */
import type pg from 'pg';

/** Tables that are not derived from streams. */
const NOT_DERIVED: Readonly<Record<string, string>> = {
  answers: 'answers stored under a key for a day, without another copy',
  quarantine: 'unreadable events: derived from the messages themselves',
  relay_lease: 'the current relay',
  partitioning: 'the number of partitions in use',
  outbox: 'events that are not on Kafka yet; sent ones are removed',
  uploads: 'the uploads of each key, for a day',
  upload_customers: 'the customers that those created',
  stagings: 'uploads in progress',
  staged_customers: 'their lines',
  mikro_orm_migrations: 'the migrations that have run',
};
/** Columns that are not derived from streams. */
const COLUMNS_NOT_DERIVED: Readonly<Record<string, string>> = {
  'payment_details.id': 'a surrogate key without references; a rebuild assigns new ones',
  'open_loans.is_open': 'selects the index; a paid-off loan may keep it, and a constraint rejects any other mistake',
};

export interface Kind {
  readonly service: 'customers' | 'loans' | 'payments';
  readonly table: string;
  /** The changed column; null for a deleted or duplicated row. */
  readonly column: string | null;
  readonly type: string;
  readonly what: 'change' | 'delete' | 'duplicate';
}

/** Seeded random numbers below `limit`. */
export type Random = (limit: number) => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Every kind of mutation that a service's tables allow. */
export async function kindsOf(client: pg.Client, service: Kind['service']): Promise<Kind[]> {
  const { rows } = await client.query<{ table: string; column: string; type: string }>(
    `SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
  );
  const derived = rows.filter(({ table }) => NOT_DERIVED[table] === undefined);
  const changes = derived
    .filter(({ table, column }) => COLUMNS_NOT_DERIVED[`${table}.${column}`] === undefined)
    .map((row): Kind => ({ service, ...row, what: 'change' }));
  const whole = [...new Set(derived.map(({ table }) => table))].flatMap((table): Kind[] =>
    (['delete', 'duplicate'] as const).map((what) => ({ service, table, column: null, type: '', what })),
  );
  return [...changes, ...whole];
}

/** Drops constraints that would reject mutations: the audit must find them, not PostgreSQL. */
export async function dropConstraints(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS text FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u')
     ORDER BY contype <> 'f'`,
  );
  for (const { text } of rows) await client.query(text);
}

export interface Mutation {
  readonly kind: Kind;
  readonly customerId: number;
  /** The row's location, which is stable until the row itself is changed. */
  readonly ctid: string;
  readonly value: string | null;
}

/** Picks one of the customer's rows at random; all rows are picked before any is changed. */
export async function pick(client: pg.Client, kind: Kind, customerId: number, random: Random): Promise<Mutation> {
  const { table, column } = kind;
  const { rows } = await client.query<{ ctid: string; value: string | null }>(
    `SELECT t.ctid::text, ${column === null ? 'NULL' : `t.${column}::text`} AS value FROM ${table} t
     WHERE ${customerOf(table)} = $1 ORDER BY 1`,
    [customerId],
  );
  const row = rows[random(rows.length)];
  if (row === undefined) throw new Error(`customer ${customerId} has no row in ${table}`);
  return { kind, customerId, ...row };
}

/** Applies a mutation. @returns a description for messages */
export async function plant(client: pg.Client, { kind, customerId, ctid, value: old }: Mutation, random: Random) {
  const { table, column, what } = kind;
  const done = `${kind.service}.${table}${column === null ? '' : `.${column}`} ${what} of customer ${customerId}`;
  if (what === 'delete') await client.query(`DELETE FROM ${table} WHERE ctid = $1`, [ctid]);
  if (what === 'duplicate') {
    const text = `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${table} WHERE ctid = $1`;
    await client.query(text, [ctid]);
  }
  if (what !== 'change') return done;
  const value = isId(kind) ? strangeId(random) : changed(kind.type, old, random);
  await client.query(`UPDATE ${table} SET ${column} = $1 WHERE ctid = $2`, [value, ctid]);
  return `${done}: ${old} to ${value}`;
}

const isId = ({ column }: Kind): boolean =>
  column === 'id' || (column?.endsWith('_id') === true && column !== 'external_id');

/** An unused id: another customer's id would affect the findings about that customer. */
const strangeId = (random: Random): string => String(1_000_000 + random(1_000_000));

function customerOf(table: string): string {
  if (table === 'customers') return 't.id';
  return table === 'payment_details'
    ? '(SELECT customer_id FROM payments p WHERE p.id = t.payment_id)'
    : 't.customer_id';
}

function changed(type: string, value: string | null, random: Random): string {
  switch (type) {
    case 'numeric':
      return cents(value ?? '0', random);
    case 'bigint':
      return String(Number(value) + (random(2) === 0 ? 1 : -1) * (1 + random(3)));
    case 'smallint':
      return String((Number(value) % 4) + 1);
    case 'timestamp with time zone':
      return new Date((value === null ? 0 : Date.parse(`${value}:00`)) + 1 + random(100_000)).toISOString();
    case 'json':
      return JSON.stringify(changedJson(JSON.parse(value ?? '{}'), random));
    case 'bytea':
      return `\\x${Buffer.from([random(256), random(256), random(256)]).toString('hex')}`;
    default:
      return `${value ?? ''}${String.fromCharCode(97 + random(26))}`;
  }
}

function cents(value: string, random: Random): string {
  const amount = Math.round(Number(value) * 100) + (random(2) === 0 ? 1 : -1) * (1 + random(10));
  return (amount / 100).toFixed(2);
}

/** A copy with one random leaf changed to a plausible value. */
function changedJson(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    const place = random(value.length);
    return value.map((item, index) => (index === place ? changedJson(item, random) : item));
  }
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  if (typeof value === 'object') {
    const names = Object.keys(value);
    const name = names[random(names.length)] ?? 'payments';
    return { ...value, [name]: changedJson((value as Record<string, unknown>)[name] ?? 0, random) };
  }
  return typeof value === 'string' ? changedText(value, random) : value;
}

function changedText(text: string, random: Random): string {
  const otherStatus: Readonly<Record<string, string>> = { active: 'inactive', inactive: 'active' };
  if (/^\d+\.\d\d$/.test(text)) return cents(text, random);
  if (/^\d{4}-.*Z$/.test(text)) return new Date(Date.parse(text) + 1 + random(1_000)).toISOString();
  return otherStatus[text] ?? `${text}x`;
}
