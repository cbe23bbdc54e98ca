/** Looks into the services' databases, as an auditor would: the API is not asked. */
import type { StackFile } from '@mo/dev-stack';
import pg from 'pg';

type Service = 'customers' | 'loans' | 'payments';

/** Runs one query in a service's own database. */
export async function query<Row>(
  stack: StackFile,
  service: Service,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stack[service].databaseUrl });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** What must always hold, once the streams are drained; an empty list where all is well. */
export async function differences(stack: StackFile): Promise<string[]> {
  const ask = (service: Service, text: string) => query<{ id: string; value: string }>(stack, service, text);
  const byId = async (service: Service, text: string) =>
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
  for (const service of ['customers', 'loans', 'payments'] as const) {
    const gaps = await ask(
      service,
      'SELECT customer_id AS id, max(version) AS value FROM journal GROUP BY 1 HAVING max(version) <> count(*)',
    );
    found.push(...gaps.map((row) => `a gap in the ${service} of customer ${row.id}`));
  }
  return found;
}
