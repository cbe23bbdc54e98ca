/** Looks into the services' databases, as an auditor would: the API is not asked. */
import type { StackFile } from '@mo/dev-stack';
import pg from 'pg';

/** Whose database. */
export type Owner = 'customers' | 'loans' | 'payments';

const OWNERS: readonly Owner[] = ['customers', 'loans', 'payments'];
/** A look into a server that is frozen ends after this. */
const QUERY_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Runs one query in a service's own database. */
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
  client.on('error', () => {}); // the server may go away under it; what is under way rejects
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** What must always hold, once the streams are drained; an empty list where all is well. */
export async function differences(stack: StackFile): Promise<string[]> {
  const ask = (service: Owner, text: string) => query<{ id: string; value: string }>(stack, service, text);
  const byId = async (service: Owner, text: string) =>
    new Map((await ask(service, text)).map((row) => [row.id, row.value]));
  const found: string[] = [];
  const compare = (what: string, left: Map<string, string>, right: Map<string, string>, missing: string) => {
    for (const id of new Set([...left.keys(), ...right.keys()])) {
      const [a = missing, b = missing] = [left.get(id), right.get(id)];
      if (Number(a) !== Number(b)) found.push(`${what} of ${id}: ${a} and ${b}`);
    }
  };
  const debt = await byId(
    'loans',
    'SELECT customer_id AS id, sum(outstanding) AS value FROM loans WHERE status IN (1, 2) GROUP BY 1',
  );
  compare(
    'debt by balance and by loans',
    await byId('customers', 'SELECT customer_id AS id, total_debt AS value FROM balances'),
    debt,
    '0',
  );
  compare(
    'debt by account and by loans',
    await byId('loans', 'SELECT customer_id AS id, debt AS value FROM accounts'),
    debt,
    '0',
  );
  compare(
    'what is owed by loans and by payments',
    await byId('loans', 'SELECT id, outstanding AS value FROM loans WHERE status IN (2, 4)'),
    await byId('payments', 'SELECT loan_id AS id, outstanding AS value FROM open_loans'),
    'nothing',
  );
  compare(
    'what was paid off a loan by its outstanding and by payment details',
    await byId('loans', 'SELECT id, amount - outstanding AS value FROM loans WHERE amount > outstanding'),
    await byId('payments', 'SELECT loan_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'),
    '0',
  );
  compare(
    'a payment by its total and by its details',
    await byId('payments', 'SELECT id, total_amount AS value FROM payments WHERE status = 1'),
    await byId('payments', 'SELECT payment_id AS id, sum(amount) AS value FROM payment_details GROUP BY 1'),
    '0',
  );
  for (const service of OWNERS) {
    const gaps = await ask(
      service,
      'SELECT customer_id AS id, max(version) AS value FROM journal GROUP BY 1 HAVING max(version) <> count(*)',
    );
    found.push(...gaps.map((row) => `a gap in the ${service} of customer ${row.id}`));
  }
  return found;
}

/** What is still on its way: events that wait for the relay, and customers that wait for events; empty once all is drained. */
export async function undelivered(stack: StackFile): Promise<string[]> {
  const found: string[] = [];
  for (const service of OWNERS) {
    const [outbox] = await query<{ waiting: string }>(stack, service, 'SELECT count(*) AS waiting FROM outbox');
    if (outbox?.waiting !== '0') found.push(`${outbox?.waiting} events of ${service} wait for the relay`);
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
      const late = [...(heads.get(stream) ?? [])].filter(([id, head]) => Number(applied.get(id) ?? 0) < Number(head));
      if (late.length > 0) found.push(`${late.length} customers' ${stream} are not applied in ${follower} yet`);
    }
  }
  return found;
}

const FOLLOWERS: Readonly<Record<Owner, { table: string; follows: readonly Owner[] }>> = {
  customers: { table: 'balances', follows: ['loans', 'payments'] },
  loans: { table: 'accounts', follows: ['customers', 'payments'] },
  payments: { table: 'accounts', follows: ['customers', 'loans'] },
};
