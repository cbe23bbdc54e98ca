/** A backfill of a journal of several pages that is stopped midway, or during which partitions are added. */
import { randomUUID } from 'node:crypto';
import { type Database, migrate, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import { kafkaOverKafkajs, Partitioning, PartitioningTableV1, type Producer, streamTablesV1 } from '@mo/messaging';
import { createLogger } from '@mo/service-kit';
import { backfill } from '../src/backfill.ts';
import { raisePartitions } from '../src/raise-partitions.ts';

const PAGE_EVENTS = 2_000;
const EVENTS = 5_000;
const PARTITIONS = 2;

const logger = createLogger('test', 'silent');
const kafka = kafkaOverKafkajs('test', testServers(), logger);
let database: Database;
const live = `live-${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  const { loans: url } = await testServers().createDatabases('backfill');
  const migrations = [{ name: 'partitioning', class: PartitioningTableV1 }];
  database = await openTestDatabase(url, { migrations, connectionsMax: 4 });
  await migrate(database);
  for (const text of streamTablesV1()) await run(sqlOf(database), text);
  await run(
    sqlOf(database),
    `INSERT INTO journal (customer_id, version, type, data, seen, time)
     SELECT 1, version, 'LoanTaken', '{}', '{}', now() FROM generate_series(1, ${EVENTS}) version`,
  );
  await kafka.ensureTopics([live], PARTITIONS);
});
afterAll(() => database?.close());

const sentTo = async (topic: string) =>
  ((await kafka.ends(topic)) ?? []).reduce((sum, { offset }) => sum + Number(offset), 0);

it('copies the whole journal, and ends between two pages when it is stopped', async () => {
  const stopping = new AbortController();
  const what = { stream: 'loans' as const, database, kafka, topic: live, signal: stopping.signal };
  const whole = await backfill({ ...what, to: `${live}-whole`, onProgress: () => {} });
  expect(whole).toMatchObject({ events: EVENTS, customers: 1, resume: { topic: live } });
  expect(await sentTo(`${live}-whole`)).toBe(EVENTS);
  const stop = () => stopping.abort(new Error('stopped'));
  await expect(backfill({ ...what, to: `${live}-part`, onProgress: stop })).rejects.toThrow('stopped');
  expect(await sentTo(`${live}-part`)).toBe(PAGE_EVENTS);
}, 60_000);

it('makes no plan if partitions are added meanwhile, but does if they were added before', async () => {
  const { signal } = new AbortController();
  const what = { stream: 'loans' as const, database, kafka, topic: live, signal };
  await new Partitioning(database).inUse(live, kafka);
  const raise = () =>
    raisePartitions({
      database,
      kafka,
      topic: live,
      to: PARTITIONS + 1,
      without: [],
      waitMs: 30_000,
      onWaiting: () => {},
    });
  const producer = async (): Promise<Producer> => {
    const inner = await kafka.producer();
    await raise();
    return inner;
  };
  await expect(
    backfill({ ...what, kafka: { ...kafka, producer }, to: `${live}-raised`, onProgress: () => {} }),
  ).rejects.toThrow(`partitions of ${live} were added meanwhile`);
  const { resume } = await backfill({ ...what, to: `${live}-after`, onProgress: () => {} });
  expect(resume.from).toHaveLength(PARTITIONS + 1);
}, 60_000);
