/** Which locks the statements on keys take, in a real database. */
import { type Database, inTransaction, migrateFirst, run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import { KeyStore } from '../src/keys/key-store.ts';
import { indexes, migrations } from '../src/store/migrations/index.ts';
import { openPlainDatabase, until } from './support.ts';

let database: Database;
let store: KeyStore;
beforeAll(async () => {
  const { gateway: url } = await testServers().createDatabases('locks');
  await migrateFirst('gateway', { url }, { migrations, indexes }, createLogger('test', 'silent'));
  database = await openPlainDatabase(url, 4);
  store = new KeyStore(database);
});
afterAll(() => database?.close());

const select = <Row>(text: string, parameters: unknown[] = []) => run<Row>(sqlOf(database), text, parameters);

async function newKey(name: string): Promise<number> {
  const { row } = await store.create({ name, scopes: ['loans:read'] }, 'root');
  return Number(row.id);
}

it('gateways that store the uses of the same keys never wait for each other in a circle', async () => {
  const [first, second] = [await newKey('first'), await newKey('second')];
  // Now it is also the last one in the table.
  await select('UPDATE api_keys SET rate = 1 WHERE id = $1', [first]);
  let isOver = false;
  let isSecondFree: boolean | undefined;
  await inTransaction(database, async (sql) => {
    await run(sql, 'SELECT 1 FROM api_keys WHERE id = $1 FOR UPDATE', [first]);
    const uses = new Map([second, first].map((id) => [id, Date.now()]));
    const noted = store.noteUses(uses).finally(() => {
      isOver = true;
    });
    noted.catch(() => {}); // a machine that stands still for longer than a statement waits for a lock
    const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(async () => isOver || (await select(waits)).length > 0, 'the uses wait for the first key');
    const free = 'SELECT 1 FROM api_keys WHERE id = $1 FOR UPDATE SKIP LOCKED';
    isSecondFree = (await select(free, [second])).length === 1;
  });
  expect(isSecondFree).toBe(true);
  await until(() => isOver, 'the uses are stored');
});

it('the last use of each key is stored, and never an earlier one', async () => {
  const ids = [await newKey('shop'), await newKey('desk')];
  const at = (second: number) => Date.UTC(2030, 0, 1, 0, 0, second);
  await store.noteUses(new Map([ids[1], ids[0]].map((id, place) => [Number(id), at(place + 1)])));
  await store.noteUses(new Map([[Number(ids[0]), at(1)]]));
  const rows = await Promise.all(ids.map((id) => store.find(id)));
  expect(rows.map((row) => new Date(String(row?.last_used_at)).getTime())).toEqual([at(2), at(1)]);
});

it('a key that replaces another does not inherit its expiry', async () => {
  const { row } = await store.create(
    { name: 'short', scopes: ['loans:read'], expires_at: new Date('2040-01-01T00:00:00Z') },
    'root',
  );
  const rotated = await store.rotate(Number(row.id), 60, null, 'root');
  expect(rotated?.row).toMatchObject({ name: 'short', expires_at: null });
  const later = new Date('2041-01-01T00:00:00Z');
  const again = await store.rotate(Number(rotated?.row.id), 60, later, 'root');
  expect(new Date(String(again?.row.expires_at))).toEqual(later);
});
