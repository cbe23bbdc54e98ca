/** Compares the services' databases directly, as an auditor would, without using the API. */
import type { StackFile } from '@mo/dev-stack';
import pg from 'pg';

/** The service that owns a database. */
export type Owner = 'customers' | 'loans' | 'payments';

const OWNERS: readonly Owner[] = ['customers', 'loans', 'payments'];
/** Bounds a connection, and a query, to a frozen server. Longer than a machine stands still, which is no finding. */
const TIMEOUT_MS = 20_000;

/** Queries that share a connection per service. */
interface Connected {
  query<Row>(service: Owner, text: string, values?: unknown[]): Promise<Row[]>;
}

/** Runs one query in the database of a service. */
export const query = <Row>(stack: StackFile, service: Owner, text: string, values: unknown[] = []): Promise<Row[]> =>
  connected(stack, (databases) => databases.query<Row>(service, text, values));

/** Connects to the databases that the work queries, until it ends. */
async function connected<T>(stack: StackFile, work: (databases: Connected) => Promise<T>): Promise<T> {
  const clients = new Map<Owner, pg.Client>();
  const clientOf = async (service: Owner): Promise<pg.Client> => {
    const known = clients.get(service);
    if (known !== undefined) return known;
    const client = new pg.Client({
      connectionString: stack[service].databaseUrl,
      query_timeout: TIMEOUT_MS,
      connectionTimeoutMillis: TIMEOUT_MS,
    });
    client.on('error', () => {}); // a lost connection rejects the running query
    await client.connect();
    clients.set(service, client);
    return client;
  };
  try {
    return await work({
      query: async <Row>(service: Owner, text: string, values: unknown[] = []) =>
        (await (await clientOf(service)).query(text, values)).rows as Row[],
    });
  } finally {
    for (const client of clients.values()) await client.end();
  }
}

/** Values by id, as one service has them: a query for (id, value). */
type Values = readonly [service: Owner, text: string];

/** Two sides that must have the same value for each id. */
interface Comparison {
  readonly what: string;
  readonly left: Values;
  readonly right: Values;
  /** The value of an id that one side lacks; `nothing` if both must have it. */
  readonly missing: '0' | 'nothing';
}

const DEBT: Values = [
  'loans',
  'SELECT customer_id AS id, sum(outstanding) AS value FROM loans WHERE status IN (1, 2) GROUP BY 1',
];
const ACTIVE_DEBT: Values = [
  'loans',
  'SELECT customer_id AS id, sum(outstanding) AS value FROM loans WHERE status = 2 GROUP BY 1',
];

const COMPARISONS: readonly Comparison[] = [
  {
    what: 'the score by customers and by loans',
    left: ['customers', 'SELECT id, score AS value FROM customers'],
    right: ['loans', 'SELECT customer_id AS id, score AS value FROM accounts'],
    missing: 'nothing',
  },
  {
    what: 'the status by customers and by loans',
    left: ['customers', 'SELECT id, status AS value FROM customers'],
    right: ['loans', 'SELECT customer_id AS id, status AS value FROM accounts'],
    missing: 'nothing',
  },
  {
    what: 'debt by balance and by loans',
    left: ['customers', 'SELECT customer_id AS id, total_debt AS value FROM balances'],
    right: DEBT,
    missing: '0',
  },
  {
    what: 'debt by account and by loans',
    left: ['loans', 'SELECT customer_id AS id, debt AS value FROM accounts'],
    right: DEBT,
    missing: '0',
  },
  {
    what: 'active debt by statement and by loans',
    left: [
      'customers',
      `SELECT customer_id AS id, sum(CASE kind WHEN 1 THEN amount ELSE -amount END) AS value
        FROM statement_entries GROUP BY 1`,
    ],
    right: ACTIVE_DEBT,
    missing: '0',
  },
  {
    what: 'active debt by the account of payments and by loans',
    left: ['payments', 'SELECT customer_id AS id, owed AS value FROM accounts'],
    right: ACTIVE_DEBT,
    missing: '0',
  },
  {
    what: 'what is owed by loans and by payments',
    left: ['loans', 'SELECT id, outstanding AS value FROM loans WHERE status IN (2, 4)'],
    right: ['payments', 'SELECT loan_id AS id, outstanding AS value FROM open_loans'],
    missing: 'nothing',
  },
  {
    what: 'what was paid off a loan by its outstanding and by payment details',
    left: ['loans', 'SELECT id, amount - outstanding AS value FROM loans WHERE amount > outstanding'],
    right: ['payments', 'SELECT loan_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'],
    missing: '0',
  },
  {
    what: 'a payment by its total and by its details',
    left: ['payments', 'SELECT id, total_amount AS value FROM payments WHERE status = 1'],
    right: ['payments', 'SELECT payment_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'],
    missing: '0',
  },
];

/**
 * Checks the invariants between the databases, which hold once the streams are drained.
 *
 * @returns one text per violation; empty if all invariants hold
 */
export const differences = (stack: StackFile): Promise<string[]> => connected(stack, differencesIn);

async function differencesIn(databases: Connected): Promise<string[]> {
  const found: string[] = [];
  for (const { what, left, right, missing } of COMPARISONS) {
    const [ours, theirs] = [await valuesOf(databases, left), await valuesOf(databases, right)];
    for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
      const [a = missing, b = missing] = [ours.get(id), theirs.get(id)];
      if (Number(a) !== Number(b)) found.push(`${what} of ${id}: ${a} and ${b}`);
    }
  }
  for (const service of OWNERS) {
    const gaps = await valuesOf(databases, [
      service,
      'SELECT customer_id AS id, max(version) AS value FROM journal GROUP BY 1 HAVING max(version) <> count(*)',
    ]);
    found.push(...[...gaps.keys()].map((id) => `the ${service} journal of customer ${id} has a gap`));
  }
  return found;
}

const valuesOf = async (databases: Connected, [service, text]: Values): Promise<Map<string, string>> =>
  new Map((await databases.query<{ id: string; value: string }>(service, text)).map(({ id, value }) => [id, value]));

/** Outboxes that are not empty and streams that a follower has not fully applied; empty once everything is drained. */
export const undelivered = (stack: StackFile): Promise<string[]> => connected(stack, undeliveredIn);

async function undeliveredIn(databases: Connected): Promise<string[]> {
  const found: string[] = [];
  for (const service of OWNERS) {
    const [outbox] = await databases.query<{ waiting: string }>(service, 'SELECT count(*) AS waiting FROM outbox');
    if (outbox?.waiting !== '0') found.push(`${outbox?.waiting} events in the outbox of ${service} wait for the relay`);
  }
  const heads = new Map<Owner, Map<string, string>>();
  for (const service of OWNERS) {
    const rows = await databases.query<{ id: string; head: string }>(
      service,
      'SELECT customer_id AS id, max(version) AS head FROM journal GROUP BY 1',
    );
    heads.set(service, new Map(rows.map((row) => [row.id, row.head])));
  }
  for (const [follower, { table, follows }] of Object.entries(FOLLOWERS) as [Owner, (typeof FOLLOWERS)[Owner]][]) {
    for (const stream of follows) {
      const rows = await databases.query<{ id: string; applied: string }>(
        follower,
        `SELECT customer_id AS id, ${stream}_applied AS applied FROM ${table}`,
      );
      const applied = new Map(rows.map((row) => [row.id, row.applied]));
      const behind = [...(heads.get(stream) ?? [])].filter(([id, head]) => Number(applied.get(id) ?? 0) < Number(head));
      if (behind.length > 0)
        found.push(`${follower} has not applied all ${stream} events of ${behind.length} customers`);
    }
  }
  return found;
}

const FOLLOWERS: Readonly<Record<Owner, { table: string; follows: readonly Owner[] }>> = {
  customers: { table: 'balances', follows: ['loans', 'payments'] },
  loans: { table: 'accounts', follows: ['customers', 'payments'] },
  payments: { table: 'accounts', follows: ['customers', 'loans'] },
};
