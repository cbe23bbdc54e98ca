import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { query } from '@mo/agreement';
import { type StackFile, testServers } from '@mo/dev-stack';
import pg from 'pg';
import { type CommandResult, command } from '../src/command.ts';
import { makeHistories, whileInUse } from '../src/histories.ts';
import { dropConstraints, type Kind, kindsOf, type Mutation, pick, plant, seeded } from '../src/mutations.ts';
import { type Offsets, Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';

/** Planted mutations; 1,000 for a thorough run. */
const MUTATIONS = Number(process.env.MO_MUTATIONS ?? 150);
const SEED = Number(process.env.MO_SEED ?? 1);
/** Full reconciliations during traffic, with a process killed in each; more for a thorough run. */
const PASSES = Number(process.env.MO_PASSES ?? 2);
const SERVICES = ['customers', 'loans', 'payments'] as const;
/** The columns that an image of a table leaves out. */
const DERIVED: Readonly<Record<(typeof SERVICES)[number], Readonly<Record<string, string>>>> = {
  customers: { customers: 'id', balances: 'customer_id', statement_entries: 'customer_id, kind, version' },
  loans: { accounts: 'customer_id', loans: 'id' },
  payments: { accounts: 'customer_id', open_loans: 'loan_id', payments: 'id', payment_details: 'payment_id, loan_id' },
};
/** For a busy machine. */
const LONG_MS = 900_000;
const LAG = ['--lag-seconds', '120'];

/** The tests follow one system through its life: in use, then drained, then stopped, and finally damaged. */
describe('audit', () => {
  const topicPrefix = `audit-${randomUUID().slice(0, 8)}`;
  let system: System;
  let stack: StackFile;
  let customers: number[];
  beforeAll(async () => {
    const env = { LOG_LEVEL: 'warn', TOPIC_PREFIX: topicPrefix };
    system = await startSystem({ replicas: { customers: 1, loans: 2, payments: 2 }, env });
    stack = system.stack.stack();
    customers = await makeHistories(system.world, MUTATIONS);
  }, LONG_MS);
  afterAll(() => system?.stop());

  const differencesIn = ({ lines }: CommandResult) => lines.slice(0, -1);
  const run = async (...args: string[]) => {
    const result = await command(stack, ...args);
    expect({ ...result, lines: differencesIn(result) }).toEqual({ code: 0, lines: [] });
    return result;
  };

  it(
    'raises no false alarm on a system in use whose processes die',
    async () => {
      await whileInUse(system.world, async () => {
        for (let pass = 0; pass < PASSES; pass += 1) {
          const { pid } = system.stack.stack()[pass % 2 === 0 ? 'loans' : 'payments'];
          if (pid !== null) process.kill(pid, 'SIGKILL');
          await run('reconcile', ...LAG);
        }
      });
    },
    LONG_MS,
  );

  it(
    'a rebuild of a system in use changes no answer and leaves no difference',
    async () => {
      await whileInUse(system.world, async () => {
        for (const service of SERVICES) await run('rebuild', '--service', service);
      });
      await run('reconcile', ...LAG);
    },
    LONG_MS,
  );

  it(
    'a backfill and then the live topic give a subscriber every event once, in order',
    async () => {
      const topic = `${topicPrefix}.payments`;
      const to = `${topicPrefix}-subscriber`;
      const file = join(testServers().dir, `${to}.json`);
      await whileInUse(system.world, async () => {
        expect((await command(stack, 'backfill', '--topic', topic, '--to', to, '--plan', file)).code).toBe(0);
      });
      expect((await command(stack, 'backfill', '--topic', topic, '--to', to)).code).toBe(2);
      await waitFor(async () => (await query(stack, 'payments', 'SELECT 1 FROM outbox LIMIT 1')).length === 0);
      const plan = JSON.parse(readFileSync(file, 'utf8')) as { read: { until: Offsets }; resume: { from: Offsets } };
      const subscriber = new Subscriber(stack.kafka.brokers);
      const history = await subscriber.read(to, plan.read.until);
      const live = await subscriber.read(topic, await subscriber.ends(topic), plan.resume.from);
      const versions = new Map<number, number>();
      for (const { customerId, version } of [...history, ...live]) {
        const last = versions.get(customerId) ?? 0;
        if (version > last) expect({ customerId, version }).toEqual({ customerId, version: last + 1 });
        versions.set(customerId, Math.max(last, version));
      }
      const heads = await query<{ id: string; head: string }>(
        stack,
        'payments',
        'SELECT customer_id AS id, max(version) AS head FROM journal GROUP BY 1',
      );
      expect(new Map(heads.map(({ id, head }) => [Number(id), Number(head)]))).toEqual(versions);
      const all = await subscriber.read(topic, plan.resume.from);
      const liveById = new Map(all.map((message) => [message.headers.ce_id, message]));
      const both = history.filter(({ headers }) => liveById.has(headers.ce_id));
      expect(both.length).toBeGreaterThan(0);
      for (const message of both) expect(message).toEqual(liveById.get(message.headers.ce_id));
    },
    LONG_MS,
  );

  it(
    'lost tables are rebuilt from the streams, row by row',
    async () => {
      await drained();
      await system.stack.stop();
      for (const service of SERVICES) {
        const before = await rowsOf(service);
        await query(stack, service, `TRUNCATE ${Object.keys(DERIVED[service]).join(', ')}`);
        expect((await command(stack, 'rebuild', '--service', service)).code).toBe(0);
        const after = await rowsOf(service);
        for (const table of Object.keys(before)) {
          expect(before[table]?.length).toBeGreaterThan(0);
          expect(after[table]).toEqual(before[table]);
        }
      }
      await run('reconcile', '--lag-seconds', '0');
    },
    LONG_MS,
  );

  /** Waits until every follower has applied everything; from then on any difference is a fault. */
  async function drained(): Promise<void> {
    let last: readonly string[] = [];
    const isDrained = async () => {
      const { code, lines } = await command(stack, 'reconcile', '--lag-seconds', '0');
      last = lines;
      return code === 0;
    };
    await waitFor(isDrained).catch(() => expect(last).toEqual([]));
  }

  async function rowsOf(service: (typeof SERVICES)[number]): Promise<Record<string, unknown[]>> {
    const rows: Record<string, unknown[]> = {};
    for (const [table, key] of Object.entries(DERIVED[service])) {
      const text = `SELECT to_jsonb(t)${table === 'payment_details' ? " - 'id'" : ''} AS row FROM ${table} t ORDER BY ${key}`;
      rows[table] = (await query<{ row: unknown }>(stack, service, text)).map(({ row }) => row);
    }
    return rows;
  }

  it(
    `each of ${MUTATIONS} changes of any kind is found, with its customer and its table`,
    async () => {
      const planted = await plantAll();
      const { code, lines } = await command(stack, 'reconcile', '--lag-seconds', '0');
      expect(code).toBe(1);
      const byCustomer = Map.groupBy(lines, (line) => Number(/^customer (\d+) /.exec(line)?.[1]));
      const missed = planted.filter(
        ({ customerId, kind }) =>
          !byCustomer.get(customerId)?.some((line) => line.includes(` ${kind.service}.${kind.table} `)),
      );
      expect(missed.map(({ text }) => text)).toEqual([]);
      const counts = [...Map.groupBy(planted, ({ kind }) => `${kind.service}.${kind.table}`)];
      process.stderr.write(`${counts.map(([table, list]) => `${table} ${list.length}`).join(', ')}: all found\n`);
    },
    LONG_MS,
  );

  async function plantAll() {
    const random = seeded(SEED);
    const clients = new Map<Kind['service'], pg.Client>();
    const kinds: Kind[] = [];
    for (const service of SERVICES) {
      const client = new pg.Client({ connectionString: stack[service].databaseUrl });
      await client.connect();
      clients.set(service, client);
      await dropConstraints(client);
      kinds.push(...(await kindsOf(client, service)));
    }
    expect(customers.length).toBeGreaterThanOrEqual(MUTATIONS);
    const planted: (Mutation & { text: string })[] = [];
    const clientOf = ({ service }: Kind) => clients.get(service) as pg.Client;
    try {
      const picked: Mutation[] = [];
      let left: Kind[] = [];
      for (const customerId of customers.slice(0, MUTATIONS)) {
        if (left.length === 0) left = [...kinds];
        const kind = left.splice(random(left.length), 1)[0] as Kind;
        picked.push(await pick(clientOf(kind), kind, customerId, random));
      }
      for (const mutation of picked)
        planted.push({ ...mutation, text: await plant(clientOf(mutation.kind), mutation, random) });
    } finally {
      for (const client of clients.values()) await client.end();
    }
    return planted;
  }
});
