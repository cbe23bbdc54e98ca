import { setImmediate as turn } from 'node:timers/promises';
import { commandOf, eventsOf, ledgerOf } from './ledger.ts';
import { writePathUnderTest } from './write-path-under-test.ts';

const WORTH_A_BATCH = 16;

/** A command's transaction is under way until it is let go, while so many events of another customer come. */
async function eventsBesideACommand(count: number) {
  const { writePath, store } = writePathUnderTest();
  store.put(ledgerOf(2, { externalId: 'customer-2', applied: { customers: 1, payments: 0 } }));
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  store.gate = promise;
  const command = writePath.execute(commandOf());
  await turn();
  store.gate = Promise.resolve();
  const followed = writePath.follow(eventsOf('payments', 2, count));
  for (let turns = 0; turns < 3; turns += 1) await turn();
  const applied = store.accounts.get(2)?.history.length;
  letGo();
  expect((await command).status).toBe(201);
  await followed;
  expect(store.accounts.get(2)?.history).toHaveLength(count);
  return applied;
}

describe('while a transaction is running', () => {
  it('items of sufficient weight start another one concurrently', async () => {
    expect(await eventsBesideACommand(WORTH_A_BATCH)).toBe(WORTH_A_BATCH);
  });

  it('lighter items wait, and run together with those that arrive meanwhile', async () => {
    expect(await eventsBesideACommand(WORTH_A_BATCH - 1)).toBe(0);
  });
});
