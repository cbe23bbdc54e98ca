import { type Database, inTransaction, PREPARED_MAX, run, type Sql, sqlOf, statementName } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';

describe('a statement with parameters', () => {
  let database: Database;
  let databases: OwnDatabases;
  beforeAll(async () => {
    ({ database, databases } = await migratedDatabase());
  });
  afterAll(() => databases.close());

  const INSERT = 'INSERT INTO names SELECT * FROM unnest($1::text[])';
  const plansOf = (sql: Sql) =>
    run<{ statement: string; generic_plans: string; custom_plans: string }>(
      sql,
      `SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = '${INSERT}'`,
    );

  it('is prepared once per connection, with one plan for all executions', async () => {
    const plans = await inTransaction(database, async (sql) => {
      for (const name of ['a', 'b', 'c']) await run(sql, INSERT, [[name]]);
      return plansOf(sql);
    });
    expect(plans).toEqual([{ statement: INSERT, generic_plans: '3', custom_plans: '0' }]);
  });

  it('works on every connection, and again after a failure', async () => {
    const insert = (name: string) => inTransaction(database, (sql) => run(sql, INSERT, [[name]]));
    await Promise.all(['d', 'e', 'f'].map(insert));
    await expect(insert('d')).rejects.toThrow();
    await insert('g');
    const rows = await run<{ count: string }>(sqlOf(database), 'SELECT count(*) FROM names WHERE external_id > $1', [
      'c',
    ]);
    expect(rows).toEqual([{ count: '4' }]);
  });
});

it('statements beyond the limit run unprepared', () => {
  const name = statementName('SELECT $1::int');
  for (let number = 0; number < PREPARED_MAX; number += 1) statementName(`SELECT $1::int + ${number}`);
  expect(statementName('SELECT $1::text')).toBeUndefined();
  expect(statementName('SELECT $1::int')).toBe(name);
});
