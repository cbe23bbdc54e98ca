import { type Database, run, sqlOf } from '@mo/database';
import { Lease, leaseTableV1 } from '../src/index.ts';
import { waitFor } from '../src/testing/index.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
beforeAll(async () => {
  ({ database, databases } = await migratedLedger());
});
afterAll(() => databases.close());
beforeEach(() => run(sqlOf(database), 'DELETE FROM relay_lease'));

/** Longer than any machine stands still, where a test is not about its end. */
const LONG_MS = 3_600_000;
const contenders = (durationMs = LONG_MS) =>
  ['a', 'b', 'c'].map((holder) => new Lease(database, holder, durationMs)) as [Lease, Lease, Lease];

describe('the lease', () => {
  it('goes to exactly one of concurrent processes', async () => {
    const held = await Promise.all(contenders().map((lease) => lease.hold()));
    expect(held.filter((how) => how === 'taken')).toHaveLength(1);
    expect(held.filter((how) => how === null)).toHaveLength(2);
  });

  it('stays with its holder as long as it renews', async () => {
    const [a, b] = contenders();
    expect(await a.hold()).toBe('taken');
    for (let renewal = 0; renewal < 3; renewal += 1) {
      expect(await a.hold()).toBe('renewed');
      expect(await b.hold()).toBeNull();
    }
  });

  it('is taken over once its holder has stopped renewing, and the holder then notices the loss', async () => {
    const [a] = contenders(50);
    const [, b] = contenders();
    await a.hold();
    await waitFor(() => b.hold());
    expect(await a.hold()).toBeNull();
  });

  it('can be taken at once after its release', async () => {
    const [a, b] = contenders();
    await a.hold();
    await a.release();
    expect(await b.hold()).toBe('taken');
  });

  it('can be taken by force, and its former holder has a new name when it holds it again', async () => {
    const [a, b] = contenders();
    await a.hold();
    const before = a.holder;
    await b.take();
    expect(await a.hold()).toBeNull();
    expect(await b.hold()).toBe('renewed');
    await b.release();
    expect(await a.hold()).toBe('taken');
    expect(a.holder).not.toBe(before);
  });

  it('of one table is independent of that of another', async () => {
    await run(sqlOf(database), leaseTableV1('other_lease'));
    const [a, b] = ['a', 'b'].map((holder) => new Lease(database, holder, LONG_MS, 'other_lease')) as [Lease, Lease];
    const [relay] = contenders();
    expect([await relay.hold(), await a.hold(), await b.hold()]).toEqual(['taken', 'taken', null]);
    expect([await relay.hold(), await a.hold(), await b.hold()]).toEqual(['renewed', 'renewed', null]);
    await a.release();
    await b.take();
    expect([await relay.hold(), await a.hold(), await b.hold()]).toEqual(['renewed', null, 'renewed']);
  });

  it('is released by its holder only', async () => {
    const [a, b, c] = contenders();
    await a.hold();
    await b.release();
    expect(await c.hold()).toBeNull();
  });
});
