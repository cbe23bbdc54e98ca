/** Compares the services' databases directly, as an auditor would, without using the API. */
import type { StackFile } from '@mo/dev-stack';
import pg from 'pg';

/** The service that owns a database. */
export type Owner = 'customers' | 'loans' | 'payments';

const OWNERS: readonly Owner[] = ['customers', 'loans', 'payments'];
/** Bounds a query to a frozen server. */
const QUERY_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Runs one query in the database of a service. */
export async function query<Row>(
  stack: StackFile,
  service: Owner,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: stack[service].databaseUrl,
    query_timeout: QUERY_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {}); // a lost connection rejects the running query
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/**
 * Checks the invariants between the databases, which hold once the streams are drained.
 *
 * @returns one text per violation; empty if all invariants hold
 */
export async function differences(stack: StackFile): Promise<string[]> {
  const rowsOf = (service: Owner, text: string) => query<{ id: string; value: string }>(stack, service, text);
  const byId = async (service: Owner, text: string) =>
    new Map((await rowsOf(service, text)).map((row) => [row.id, row.value]));
  const found: string[] = [];
  const compare = (label: string, left: Map<string, string>, right: Map<string, string>, ifMissing: string) => {
    for (const id of new Set([...left.keys(), ...right.keys()])) {
      const [a = ifMissing, b = ifMissing] = [left.get(id), right.get(id)];
      if (Number(a) !== Number(b)) found.push(`${label}, id ${id}: ${a} vs ${b}`);
    }
  };
  const debt = await byId(
    'loans',
    'SELECT customer_id AS id, sum(outstanding) AS value FROM loans WHERE status IN (1, 2) GROUP BY 1',
  );
  compare(
    'debt of a customer (balances vs loans)',
    await byId('customers', 'SELECT customer_id AS id, total_debt AS value FROM balances'),
    debt,
    '0',
  );
  compare(
    'debt of a customer (accounts vs loans)',
    await byId('loans', 'SELECT customer_id AS id, debt AS value FROM accounts'),
    debt,
    '0',
  );
  compare(
    'outstanding of a loan (loans vs payments)',
    await byId('loans', 'SELECT id, outstanding AS value FROM loans WHERE status IN (2, 4)'),
    await byId('payments', 'SELECT loan_id AS id, outstanding AS value FROM open_loans'),
    'missing',
  );
  compare(
    'amount paid off a loan (loans vs payment details)',
    await byId('loans', 'SELECT id, amount - outstanding AS value FROM loans WHERE amount > outstanding'),
    await byId('payments', 'SELECT loan_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'),
    '0',
  );
  compare(
    'amount of a payment (total vs details)',
    await byId('payments', 'SELECT id, total_amount AS value FROM payments WHERE status = 1'),
    await byId('payments', 'SELECT payment_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'),
    '0',
  );
  for (const service of OWNERS) {
    const gaps = await rowsOf(
      service,
      'SELECT customer_id AS id, max(version) AS value FROM journal GROUP BY 1 HAVING max(version) <> count(*)',
    );
    found.push(...gaps.map((row) => `the ${service} journal of customer ${row.id} has a gap`));
  }
  return found;
}

/** Outboxes that are not empty and streams that a follower has not fully applied; empty once everything is drained. */
export async function undelivered(stack: StackFile): Promise<string[]> {
  const found: string[] = [];
  for (const service of OWNERS) {
    const [outbox] = await query<{ waiting: string }>(stack, service, 'SELECT count(*) AS waiting FROM outbox');
    if (outbox?.waiting !== '0') found.push(`${outbox?.waiting} events in the outbox of ${service} wait for the relay`);
  }
  const heads = new Map<Owner, Map<string, string>>();
  for (const service of OWNERS) {
    const rows = await query<{ id: string; head: string }>(
      stack,
      service,
      'SELECT customer_id AS id, max(version) AS head FROM journal GROUP BY 1',
    );
    heads.set(service, new Map(rows.map((row) => [row.id, row.head])));
  }
  for (const [follower, { table, follows }] of Object.entries(FOLLOWERS) as [Owner, (typeof FOLLOWERS)[Owner]][]) {
    for (const stream of follows) {
      const rows = await query<{ id: string; applied: string }>(
        stack,
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
