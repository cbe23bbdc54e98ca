/** Pages of customers over three databases that have no more than the columns which name customers. */
import { STREAMS, type Stream } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import { customerPages, PAGE_CUSTOMERS } from '../src/customer-pages.ts';
import { audited } from '../src/services.ts';

const databases = {} as Record<Stream, Database>;

beforeAll(async () => {
  const urls = await testServers().createDatabases('pages');
  for (const stream of STREAMS) {
    databases[stream] = await openTestDatabase(urls[stream]);
    const tables = [{ name: 'journal', customerColumn: 'customer_id' }, ...audited[stream].tables];
    for (const { name, customerColumn } of tables)
      if (customerColumn !== null)
        await run(sqlOf(databases[stream]), `CREATE TABLE ${name} (${customerColumn} bigint)`);
  }
  const journal = (first: number, last: number) =>
    `INSERT INTO journal (customer_id) SELECT generate_series(${first}, ${last})`;
  await run(sqlOf(databases.customers), journal(1, PAGE_CUSTOMERS + 1));
  await run(sqlOf(databases.payments), journal(PAGE_CUSTOMERS + 1, PAGE_CUSTOMERS + 3));
}, 60_000);
afterAll(() => Promise.all(Object.values(databases).map((database) => database.close())));

async function pages(only: number | null): Promise<number[][]> {
  const all: number[][] = [];
  for await (const page of customerPages(databases, only)) all.push(page);
  return all;
}

it('contain each customer of any service once, in ascending order', async () => {
  const all = Array.from({ length: PAGE_CUSTOMERS + 3 }, (_, place) => place + 1);
  expect(await pages(null)).toEqual([all.slice(0, PAGE_CUSTOMERS), all.slice(PAGE_CUSTOMERS)]);
});

it('contain a single customer only if a service knows it', async () => {
  const last = PAGE_CUSTOMERS + 3;
  expect([await pages(1), await pages(last), await pages(last + 1)]).toEqual([[[1]], [[last]], []]);
});
