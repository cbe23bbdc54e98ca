import { jest } from '@jest/globals';
import { ProblemError } from '@mo/service-kit';
import { ROW_WAIT_MS_MAX, ROWS_WAITING_MAX, RowsById, type Sql } from '../src/index.ts';
import { ROWS_AT_ONCE_MAX } from '../src/rows-by-id.ts';

interface Row {
  id: number;
  name: string;
}

/** Rows that exist for even ids only, and the statements that were run; the test answers each statement. */
function rowsUnderTest() {
  const statements: { ids: number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const sql: Sql = {
    query: <R>(_text: string, [ids]: readonly unknown[]) => {
      const { promise, resolve, reject } = Promise.withResolvers<R[]>();
      const found = (ids as number[]).filter((id) => id % 2 === 0).map((id) => ({ id, name: `row ${id}` }));
      statements.push({ ids: ids as number[], answer: () => resolve(found.reverse() as R[]), fail: reject });
      return promise;
    },
  };
  return { rows: new RowsById<Row>(sql, 'SELECT', (row) => row.id), statements };
}

// Fake timers, because on a busy machine a turn may take longer than the limit of a statement.
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** Longer than the time after which another statement starts. */
const SLOW_MS = 60;
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('reads the rows requested in one turn with one statement, and returns each to its callers', async () => {
  const { rows, statements } = rowsUnderTest();
  const asked = Promise.all([4, 7, 2, 4].map((id) => rows.find(id)));
  await turn();
  expect(statements.map(({ ids }) => ids)).toEqual([[4, 7, 2]]);
  statements[0]?.answer();
  expect(await asked).toEqual([{ id: 4, name: 'row 4' }, null, { id: 2, name: 'row 2' }, { id: 4, name: 'row 4' }]);
});

it('never returns a row that was read before the request', async () => {
  const { rows, statements } = rowsUnderTest();
  for (let request = 1; request <= 3; request += 1) {
    const asked = rows.find(2);
    await turn();
    expect(statements).toHaveLength(request);
    statements[request - 1]?.answer();
    await asked;
  }
});

it('runs one statement at a time; requests that arrive meanwhile share the next ones, up to the limit', async () => {
  const { rows, statements } = rowsUnderTest();
  const asked: Promise<Row | null>[] = [];
  for (const id of [2, 4, 6]) {
    asked.push(rows.find(id));
    await turn();
  }
  asked.push(...Array.from({ length: ROWS_AT_ONCE_MAX }, (_, place) => rows.find(100 + 2 * place)));
  await turn();
  expect(statements.map(({ ids }) => ids)).toEqual([[2]]);
  for (let place = 0; place < 3; place += 1) {
    statements[place]?.answer();
    await turn();
  }
  expect(statements.slice(1).map(({ ids }) => ids.length)).toEqual([ROWS_AT_ONCE_MAX, 2]);
  expect((await Promise.all(asked)).every((row) => row !== null)).toBe(true);
});

it('starts another statement while one takes long', async () => {
  const { rows, statements } = rowsUnderTest();
  const stuck = rows.find(2);
  await turn();
  const next = rows.find(4);
  await turn();
  expect(statements).toHaveLength(1);
  jest.advanceTimersByTime(SLOW_MS);
  await turn();
  statements[1]?.answer();
  expect(await next).toEqual({ id: 4, name: 'row 4' });
  statements[0]?.answer();
  expect(await stuck).toEqual({ id: 2, name: 'row 2' });
});

it('refuses requests while too many wait, and reads the others', async () => {
  const { rows, statements } = rowsUnderTest();
  const first = rows.find(2);
  await turn();
  const waiting = Array.from({ length: 2 * ROWS_WAITING_MAX }, () => rows.find(6).catch((error: unknown) => error));
  await turn();
  for (let place = 0; place < statements.length; place += 1) {
    statements[place]?.answer();
    await turn();
  }
  await first;
  const refused = (await Promise.all(waiting)).filter((outcome) => outcome instanceof ProblemError);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ status: 503 });
  expect(waiting.length - refused.length).toBeGreaterThanOrEqual(ROWS_WAITING_MAX);
});

const lost = () => Object.assign(new Error('the connection is lost'), { code: 'ECONNRESET' });

it('retries once after a lost connection, and fails if the next one is lost too', async () => {
  const { rows, statements } = rowsUnderTest();
  const asked = Promise.all([2, 4].map((id) => rows.find(id)));
  await turn();
  statements[0]?.fail(lost());
  await turn();
  expect(statements.map(({ ids }) => ids)).toEqual([
    [2, 4],
    [2, 4],
  ]);
  statements[1]?.answer();
  expect(await asked).toEqual([2, 4].map((id) => ({ id, name: `row ${id}` })));
  const failing = rows.find(6);
  await turn();
  statements[2]?.fail(lost());
  await turn();
  statements[3]?.fail(lost());
  await expect(failing).rejects.toThrow('the connection is lost');
  await turn();
  expect(statements).toHaveLength(4);
});

it('fails only the requests of the statement that fails', async () => {
  const { rows, statements } = rowsUnderTest();
  const failing = rows.find(2);
  await turn();
  statements[0]?.fail(new Error('the rows are wrong'));
  await expect(failing).rejects.toThrow('the rows are wrong');
  const next = rows.find(4);
  await turn();
  statements[1]?.answer();
  expect(await next).toEqual({ id: 4, name: 'row 4' });
});

describe('a waiting request', () => {
  it('is not retried if its statement failed after the maximum wait', async () => {
    const { rows, statements } = rowsUnderTest();
    const failing = rows.find(2);
    await turn();
    jest.advanceTimersByTime(ROW_WAIT_MS_MAX + 1);
    statements[0]?.fail(lost());
    await expect(failing).rejects.toThrow('the connection is lost');
    expect(statements).toHaveLength(1);
  });

  it('is refused after the maximum wait and not read, unless its read has started', async () => {
    const { rows, statements } = rowsUnderTest();
    const stuck: Promise<unknown>[] = [];
    for (const id of [2, 4, 6]) {
      stuck.push(rows.find(id));
      await turn();
      jest.advanceTimersByTime(SLOW_MS);
      await turn();
    }
    const waiting = rows.find(8).catch((error: unknown) => error);
    await turn();
    expect(rows.waiting).toBe(1);
    jest.advanceTimersByTime(ROW_WAIT_MS_MAX);
    expect(await waiting).toMatchObject({
      status: 503,
      message: 'the request waited 2 s for the database and was not served',
      headers: { 'retry-after': '1' },
    });
    for (const { answer } of statements) answer();
    expect(await Promise.all(stuck)).toEqual([2, 4, 6].map((id) => ({ id, name: `row ${id}` })));
    await turn();
    expect(statements.map(({ ids }) => ids)).toEqual([[2], [4], [6]]);
  });

  it('is not read if its caller is gone', async () => {
    const { rows, statements } = rowsUnderTest();
    const first = rows.find(2);
    await turn();
    const gone = rows.find(4, () => true).catch((error: unknown) => error);
    const next = rows.find(6, () => false);
    statements[0]?.answer();
    await first;
    expect(await gone).toMatchObject({ status: 503, message: 'the caller has disconnected' });
    await turn();
    statements[1]?.answer();
    expect(await next).toEqual({ id: 6, name: 'row 6' });
    expect(statements.map(({ ids }) => ids)).toEqual([[2], [6]]);
  });
});
