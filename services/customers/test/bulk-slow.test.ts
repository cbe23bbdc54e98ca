import { type Database, run, sqlOf } from '@mo/database';
import { migratedDatabase, waitFor } from '@mo/messaging/testing';
import { systemClock } from '@mo/service-kit';
import { openUpload } from '../src/bulk/formats.ts';
import { MOVE_WAIT_MS_MAX, MOVES_MAX, TRANSACTIONS_MAX } from '../src/bulk/limits.ts';
import { semaphoreOf } from '../src/bulk/semaphore.ts';
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
    transactions: semaphoreOf(TRANSACTIONS_MAX),
    moves: semaphoreOf(MOVES_MAX),
    touchIntervalMs: 10,
    onWritten: () => {},
    onOutcome: () => {},
  });
  const upload = async (parts: BulkParts, bytes: AsyncIterable<Buffer>, isGone = () => false) =>
    createInBulk(parts, {
      upload: await openUpload({ 'content-type': 'text/csv' }, bytes),
      isAtomic: true,
      keyId: null,
      traceparent: null,
      isGone,
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

  /** Uploads a customer while another upload moves in, and lets that one end after `meanwhile`. */
  async function uploadBehind(name: string, parts: BulkParts, meanwhile: () => unknown, isGone?: () => boolean) {
    const other = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const moving = parts.moves.submit(() => {
      begun.resolve();
      return other.promise;
    });
    await begun.promise;
    async function* whole() {
      yield Buffer.from(`${name},1\n`);
    }
    const uploaded = upload(parts, whole(), isGone);
    await waitFor(async () => parts.moves.depth === 1);
    await meanwhile();
    other.resolve();
    await moving;
    return uploaded;
  }
  const customersOf = (name: string) => run(sqlOf(database), 'SELECT 1 FROM customers WHERE external_id = $1', [name]);

  it('is created although it waits for the move of another upload', async () => {
    expect(await uploadBehind('waiting', partsOf(), passTime)).toMatchObject({ created: 1, failed: 0 });
  });

  it('is refused and leaves nothing once it has waited too long', async () => {
    let passedMs = 0;
    const clock = { ...systemClock, elapsed: () => passedMs };
    const late = () => {
      passedMs = MOVE_WAIT_MS_MAX + 1;
    };
    const uploaded = uploadBehind('late', { ...partsOf(), clock }, late);
    await expect(uploaded).rejects.toMatchObject({
      code: 'unavailable',
      message: 'other writes have held up this upload for too long',
    });
    expect([await customersOf('late'), await stagings('true')]).toEqual([[], []]);
  });

  it('is dropped if its caller is gone when its turn comes', async () => {
    let isGone = false;
    const leave = () => {
      isGone = true;
    };
    const uploaded = uploadBehind('gone', partsOf(), leave, () => isGone);
    await expect(uploaded).rejects.toMatchObject({ code: 'unavailable', message: 'the caller has disconnected' });
    expect([await customersOf('gone'), await stagings('true')]).toEqual([[], []]);
  });
});
