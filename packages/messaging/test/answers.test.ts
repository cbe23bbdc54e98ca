import { type Database, inTransaction, run, runAll, type Sql, sqlOf } from '@mo/database';
import { StoreConflictError } from '@mo/service-kit';
import {
  answerStatements,
  forgetAnswers,
  isKeyUsed,
  KEY_LIFETIME_MS,
  READ_ANSWERS,
  readAnswers,
  type StoredAnswer,
} from '../src/index.ts';
import { commandOf, keyOf, NOW_MS } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
beforeAll(async () => {
  ({ database, databases } = await migratedLedger());
});
afterAll(() => databases.close());

const answer = (name: string, body = '{}', more: Partial<StoredAnswer> = {}): StoredAnswer => ({
  key: keyOf(name),
  answer: { status: 201, body, token: null },
  settle: null,
  ...more,
});
const read = async (name: string, nowMs = NOW_MS) =>
  (await readAnswers(sqlOf(database), [commandOf({ key: keyOf(name) })], nowMs)).kept.get(
    keyOf(name).id.toString('hex'),
  );
/** As a batch does it. */
const writeIn = async (sql: Sql, answers: StoredAnswer[], nowMs: number) => {
  const { outdated } = await readAnswers(
    sql,
    answers.map(({ key }) => commandOf({ key })),
    nowMs,
  );
  await runAll(sql, answerStatements(answers, outdated, nowMs));
};
const write = (answers: StoredAnswer[], nowMs = NOW_MS) =>
  inTransaction(database, (sql) => writeIn(sql, answers, nowMs));

describe('an answer', () => {
  it.each([20, 100, 500])('is read by its id, also with a plan that was prepared with %i rows', async (count) => {
    await write(Array.from({ length: count }, (_, place) => answer(`more-${count}-${place}`, 'x'.repeat(300))));
    await run(sqlOf(database), 'ANALYZE answers');
    const plan = await run(sqlOf(database), `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${READ_ANSWERS}`);
    expect(JSON.stringify(plan).match(/answers_\w+/g)).toEqual(['answers_pkey']);
  });

  it('is repeated byte for byte', async () => {
    const token = { customerId: 7, versions: { customers: 3, loans: 2, payments: 1 } };
    const settlement = { peer: 'loans' as const, statusOtherwise: 202 };
    const stored: StoredAnswer = {
      key: keyOf('whole', 'body'),
      answer: { status: 409, body: '{"b":1,  "a":"ü€\\u0000"}', token },
      settle: { settlement, customerId: 7, version: 3 },
    };
    await write([stored, answer('beside it')]);
    expect(await read('whole')).toEqual(stored);
    expect(await read('beside it')).toEqual(answer('beside it'));
    expect(await read('another')).toBeUndefined();
  });

  it('is not read if no command has a key', async () => {
    expect(await readAnswers(sqlOf(database), [commandOf()], NOW_MS)).toEqual({ kept: new Map(), outdated: [] });
  });

  it('is valid for its lifetime, and counts as absent afterwards', async () => {
    await write([answer('old')]);
    const lastMs = NOW_MS + KEY_LIFETIME_MS - 1;
    expect(await read('old', lastMs)).toEqual(answer('old'));
    expect(await isKeyUsed(sqlOf(database), keyOf('old').id, lastMs)).toBe(true);
    expect(await read('old', lastMs + 1)).toBeUndefined();
    expect(await isKeyUsed(sqlOf(database), keyOf('old').id, lastMs + 1)).toBe(false);
  });

  it('replaces an expired one, and is valid from then on', async () => {
    await write([answer('again', '"first"')]);
    const laterMs = NOW_MS + KEY_LIFETIME_MS;
    await write([answer('again', '"second"', { key: keyOf('again', 'other body') })], laterMs);
    expect(await read('again', laterMs)).toMatchObject({
      answer: { body: '"second"' },
      key: { fingerprint: keyOf('again', 'other body').fingerprint },
    });
  });

  it('that has expired is replaced by only one of several transactions', async () => {
    await write([answer('late', '"first"')]);
    const laterMs = NOW_MS + KEY_LIFETIME_MS;
    const racing = ['"a"', '"b"', '"c"'].map((body) => write([answer('late', body)], laterMs));
    const outcomes = await Promise.allSettled(racing);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await read('late', laterMs))?.answer.body).toMatch(/^"[abc]"$/);
  });

  it('never replaces a valid one: this is a conflict, and the batch is rolled back', async () => {
    await write([answer('kept', '"first"')]);
    const batch = inTransaction(database, (sql) =>
      runAll(sql, answerStatements([answer('with it'), answer('kept', '"second"')], [], NOW_MS + KEY_LIFETIME_MS - 1)),
    );
    await expect(batch).rejects.toThrow(StoreConflictError);
    expect(await read('kept')).toEqual(answer('kept', '"first"'));
    expect(await read('with it')).toBeUndefined();
  });

  it('under one key is stored once, however many transactions write it concurrently', async () => {
    const racing = Array.from({ length: 4 }, (_, n) =>
      inTransaction(database, (sql) => runAll(sql, answerStatements([answer('raced', String(n))], [], NOW_MS))),
    );
    const outcomes = await Promise.allSettled(racing);
    const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreConflictError);
    expect(await read('raced')).toEqual(answer('raced', String(winners[0])));
  });

  it('that has expired is deleted, up to a limit per call, and others are kept', async () => {
    const dueMs = NOW_MS - 10 * KEY_LIFETIME_MS;
    await write([answer('f1'), answer('f2'), answer('f3')], dueMs);
    await write([answer('f4')], dueMs + 1);
    const forgottenAt = dueMs + KEY_LIFETIME_MS;
    expect(await forgetAnswers(sqlOf(database), forgottenAt, 2)).toBe(2);
    expect(await forgetAnswers(sqlOf(database), forgottenAt, 2)).toBe(1);
    expect(await forgetAnswers(sqlOf(database), forgottenAt, 2)).toBe(0);
    expect(await read('f4', forgottenAt)).toEqual(answer('f4'));
  });
});
