import { type Database, run, sqlOf } from '@mo/database';
import { migratedDatabase, waitFor } from '@mo/messaging/testing';
import { systemClock } from '@mo/service-kit';
import { openUpload } from '../src/bulk/formats.ts';
import { laneOf } from '../src/bulk/lane.ts';
import { MOVES_MAX, TRANSACTIONS_MAX } from '../src/bulk/limits.ts';
import { type BulkParts, createInBulk } from '../src/commands/create-in-bulk.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { forgetStagings } from '../src/db/staging-table.ts';

describe('an atomic upload that takes longer than an untouched staging is kept', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('customers', migrations);
  });
  afterAll(() => database.close());

  const partsOf = (): BulkParts => ({
    database,
    clock: systemClock,
    lane: laneOf(TRANSACTIONS_MAX),
    moves: laneOf(MOVES_MAX),
    touchIntervalMs: 10,
    onWritten: () => {},
    onOutcome: () => {},
  });
  const upload = async (parts: BulkParts, bytes: AsyncIterable<Buffer>) =>
    createInBulk(parts, {
      upload: await openUpload({ 'content-type': 'text/csv' }, bytes),
      isAtomic: true,
      keyId: null,
      traceparent: null,
    });
  const stagings = (condition: string) => run(sqlOf(database), `SELECT 1 FROM stagings WHERE ${condition}`);
  const isStaged = () => waitFor(async () => (await stagings('true')).length > 0);

  /** Simulates that a staging's lifetime has passed, and runs the cleanup. */
  async function passTime(): Promise<void> {
    await run(sqlOf(database), `UPDATE stagings SET touched_at = 'epoch'`);
    await waitFor(async () => (await stagings(`touched_at > 'epoch'`)).length > 0);
    await forgetStagings(sqlOf(database));
  }

  it('is created although its lines arrive slowly', async () => {
    async function* slowly() {
      yield Buffer.from('slow-1,1\n');
      await isStaged();
      await passTime();
      yield Buffer.from('slow-2,1\n');
    }
    expect(await upload(partsOf(), slowly())).toMatchObject({ created: 2, failed: 0 });
  });

  it('is created although it waits for the move of another upload', async () => {
    const parts = partsOf();
    const other = Promise.withResolvers<void>();
    const moving = parts.moves.submit(() => other.promise);
    async function* whole() {
      yield Buffer.from('waiting-1,1\n');
    }
    const created = upload(parts, whole());
    await waitFor(async () => parts.moves.depth === 1);
    await passTime();
    other.resolve();
    expect(await created).toMatchObject({ created: 1, failed: 0 });
    await moving;
  });
});
