import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Database, run, sqlOf } from '@mo/database';
import { migratedDatabase, waitFor } from '@mo/messaging/testing';
import { systemClock } from '@mo/service-kit';
import { openUpload as openFile } from '../src/bulk/formats.ts';
import { CHUNK_LINES_MAX } from '../src/bulk/limits.ts';
import { semaphoreOf } from '../src/bulk/semaphore.ts';
import { type BulkParts, createInBulk } from '../src/commands/create-in-bulk.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { csvOf, namesOf, openUpload } from './bulk-harness.ts';
import { type CustomersUnderTest, startCustomers } from './harness.ts';

const MIB = 1024 * 1024;

describe('an upload whose sender leaves in the middle', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  it('ends although much of it, which takes long to check, still lies in the kernel', async () => {
    const outgoing = await openUpload(customers.app, { type: 'application/x-ndjson' });
    outgoing.on('error', () => {});
    const connected = once(customers.app.server.server, 'connection') as Promise<[Socket]>;
    outgoing.write('x\n'.repeat(4 * MIB));
    const [socket] = await connected;
    await waitFor(async () => socket.bytesRead > 0);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    outgoing.destroy();
    await closed;
    expect(socket.bytesRead).toBeLessThan(2 * MIB);
  });
});

describe('an upload whose caller has left after its last byte', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('customers', migrations);
  });
  afterAll(() => database.close());

  it.each([
    { isAtomic: false, created: CHUNK_LINES_MAX },
    { isAtomic: true, created: 0 },
  ])('ends before its next chunk, and leaves nothing staged, with atomic=$isAtomic', async ({ isAtomic, created }) => {
    const name = `left-${isAtomic}`;
    let isGone = false;
    let written = 0;
    const leave = () => {
      isGone = true;
    };
    const parts: BulkParts = {
      database,
      clock: systemClock,
      transactions: semaphoreOf(1),
      moves: semaphoreOf(1),
      touchIntervalMs: 60_000,
      onWritten: leave,
      onOutcome: (counts) => {
        written += counts.created;
      },
    };
    async function* whole() {
      yield Buffer.from(csvOf(namesOf(name, 3 * CHUNK_LINES_MAX)));
    }
    const upload = await openFile({ 'content-type': 'text/csv' }, whole());
    const request = { upload, isAtomic, keyId: null, traceparent: null, isGone: () => isGone };
    const uploaded = createInBulk(parts, request);
    if (isAtomic) leave();
    await expect(uploaded).rejects.toMatchObject({ code: 'unavailable', message: 'the caller has disconnected' });
    const customers = await run(sqlOf(database), 'SELECT 1 FROM customers WHERE starts_with(external_id, $1)', [name]);
    const staged = await run(sqlOf(database), 'SELECT 1 FROM staged_customers');
    expect([written, customers.length, staged.length]).toEqual([created, created, 0]);
  });
});
