/**
 * One of the three databases is restored from an older backup. The versions show which events are missing, the
 * service's topic restores them, and events missing from the topic are reported.
 */
import { differences, query, undelivered } from '@mo/agreement';
import { TOPIC_PARTITIONS, topicOf } from '@mo/contracts';
import kafkajs from 'kafkajs';
import { backUp, empty, restore } from '../src/backup.ts';
import { migrate } from '../src/migrate.ts';
import { complaintsOf, type MoResult, mo, systemEnv } from '../src/mo.ts';
import { Parked } from '../src/parked.ts';
import { isReady, SERVICES, type Service } from '../src/replacing.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { concurrently, expectStatus, nameOf } from '../src/world.ts';

const CUSTOMERS = 12;
const RAISED = 2 * TOPIC_PARTITIONS;
const TIMEOUT_MS = 240_000;

const topicPrefix = nameOf('recover');
let system: System;
const parked = new Parked();
beforeAll(async () => {
  system = await startSystem({
    env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX: topicPrefix },
    mainOf: parked.mainOf,
  });
});
afterAll(() => system?.stop());

const entryOf = (service: Service) => system.stack.stack()[service];
const command = (...args: string[]): Promise<MoResult> =>
  mo([...args, '--json'], { env: { ...systemEnv(system.stack.stack()), TOPIC_PREFIX: topicPrefix } });
const metricsOf = async (service: Service): Promise<string> => (await fetch(`${entryOf(service).url}/metrics`)).text();
/** The final result that a command prints. */
const resultOf = ({ stdout }: MoResult) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object;

const whileParked = (services: readonly Service[], work: () => Promise<void>) => parked.during(system, services, work);

/** Whether the next id of a service is unused. */
async function givesNewIds(service: Service): Promise<boolean> {
  const next = `nextval(pg_get_serial_sequence('${service}', 'id'))`;
  const text = `SELECT ${next} > (SELECT coalesce(max(id), 0) FROM ${service}) AS is_new`;
  const [row] = await query<{ is_new: boolean }>(system.stack.stack(), service, text, []);
  return row?.is_new === true;
}

/** A customer borrows the whole line, pays some of it, and borrows that again. */
async function borrow(): Promise<number> {
  const { world } = system;
  const { id } = await world.customer('1000');
  expectStatus(await world.loan(id, '600'), 201);
  expectStatus(await world.loan(id, '400'), 201);
  expectStatus(await world.payment(id, '700'), 201);
  expectStatus(await world.loan(id, '650'), 201);
  return id;
}

const settled = () =>
  waitFor(async () => {
    const { stack } = system;
    return (await undelivered(stack.stack())).length + (await differences(stack.stack())).length === 0;
  });

const owedBy = async (id: number): Promise<string> => (await system.world.balance(id)).body.total_debt;

/** Adds partitions by other means than `mo partitions raise`, so that they are not in use. */
async function addPartitions(topic: string, count: number): Promise<void> {
  const { brokers } = system.stack.stack().kafka;
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  } finally {
    await admin.disconnect();
  }
}

it.each(['customers', 'loans', 'payments'] as const)(
  'recovers %s with all events since the backup',
  async (service) => {
    const ids: number[] = [];
    const many = () => concurrently(CUSTOMERS, CUSTOMERS, async () => void ids.push(await borrow()));
    await many();
    await settled();
    await backUp(entryOf(service).databaseUrl);
    await waitFor(() => isReady(system.stack.url));
    await many();
    for (const id of ids.slice(0, CUSTOMERS)) expectStatus(await system.world.payment(id, '50'), 201);
    await settled();

    await whileParked([service], async () => {
      await restore(entryOf(service).databaseUrl);
      const before = await command('reconcile', '--lag-seconds', '0');
      expect([before.code, resultOf(before)]).toEqual([
        1,
        expect.objectContaining({ differences: expect.any(Number) }),
      ]);
      const recovered = await command('recover', '--service', service);
      expect([recovered.code, complaintsOf(recovered)]).toEqual([0, '']);
      expect(resultOf(recovered)).toMatchObject({ service, rewound: 0, failures: 0 });
      expect(resultOf(await command('recover', '--service', service))).toMatchObject({ events: 0, customers: 0 });
      expect(await givesNewIds(service)).toBe(true);
    });

    await settled();
    expect(resultOf(await command('reconcile'))).toMatchObject({ differences: 0 });
    for (const id of ids.slice(0, CUSTOMERS)) expect(await owedBy(id)).toBe('900.00');
    for (const id of ids.slice(CUSTOMERS)) expect(await owedBy(id)).toBe('950.00');
    for (const id of ids) expect((await system.world.loan(id, '100.01')).body.code).toBe('credit_limit_exceeded');
    await many();
    await settled();
  },
  TIMEOUT_MS,
);

it(
  'recovers payments from before a raise of its partitions, and restores the raised number',
  async () => {
    const topic = topicOf(topicPrefix, 'payments');
    const raise = async (to: number) => {
      const raised = await command('partitions', 'raise', '--topic', topic, '--to', String(to));
      expect([complaintsOf(raised), raised.code]).toEqual(['', 0]);
      return resultOf(raised);
    };
    const many = () => concurrently(CUSTOMERS, CUSTOMERS, async () => void (await borrow()));
    await many();
    await settled();
    await backUp(entryOf('payments').databaseUrl);
    await waitFor(() => isReady(system.stack.url));
    expect(await raise(RAISED)).toEqual({ topic, from: TOPIC_PARTITIONS, to: RAISED });
    await many();
    await settled();
    await addPartitions(topic, RAISED + 1);
    await whileParked(['payments'], async () => {
      await restore(entryOf('payments').databaseUrl);
      const recovered = await command('recover', '--service', 'payments');
      expect(recovered.stdout.split('\n')).toContain(
        JSON.stringify({ partitions: { topic, from: TOPIC_PARTITIONS, to: RAISED, basis: 'events' } }),
      );
      expect((await command('recover', '--service', 'payments')).stdout).not.toContain('partitions');
    });
    await many();
    await settled();
    // A raise does not wait for the groups of earlier recoveries.
    expect(await raise(RAISED + 1)).toEqual({ topic, from: RAISED, to: RAISED + 1 });
  },
  TIMEOUT_MS,
);

it('refuses while the service runs, which would write other events under the same versions', async () => {
  const refused = await command('recover', '--service', 'loans');
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('loans is running (');
});

it(
  'recovers loans; events that Kafka never received are reported, and removed from all services',
  async () => {
    const { id } = await system.world.customer('1000');
    expectStatus(await system.world.loan(id, '100'), 201);
    await settled();
    await backUp(entryOf('loans').databaseUrl);
    await waitFor(() => isReady(system.stack.url));
    // From now on nothing is sent: only a pull from loans gets its events.
    const held = `INSERT INTO relay_lease (holder, until) VALUES ('nobody', clock_timestamp() + interval '1 day')
      ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, until = excluded.until`;
    await query(system.stack.stack(), 'loans', held, []);
    await waitFor(async () => /^mo_relay_holding\{.*\} 0$/m.test(await metricsOf('loans')));
    const { token } = await system.world.loan(id, '50');
    expect((await system.world.balance(id, token)).body.total_debt).toBe('150.00');

    await whileParked(['loans'], async () => {
      await restore(entryOf('loans').databaseUrl);
      const recovered = await command('recover', '--service', 'loans');
      expect(resultOf(recovered)).toMatchObject({ events: 0, rewound: 1, failures: 0 });
      const [lost] = recovered.stdout.split('\n');
      expect(JSON.parse(lost ?? '')).toEqual({ lost: { customer_id: id, service: 'customers', head: 1, applied: 2 } });
    });
    await settled();
    expect(await owedBy(id)).toBe('100.00');
    expectStatus(await system.world.loan(id, '900'), 201);
    await settled();
  },
  TIMEOUT_MS,
);

it(
  'recovers all services from Kafka alone',
  async () => {
    const ids: number[] = [];
    await concurrently(CUSTOMERS, CUSTOMERS, async () => void ids.push(await borrow()));
    await settled();
    await whileParked(SERVICES, async () => {
      for (const service of SERVICES) {
        const { databaseUrl } = entryOf(service);
        await empty(databaseUrl);
        await migrate(service, databaseUrl);
      }
      // Loans and payments depend on each other: the second round applies what the first one could not.
      for (const service of [...SERVICES, 'loans'] as const) await command('recover', '--service', service);
      for (const service of SERVICES)
        expect(resultOf(await command('recover', '--service', service))).toMatchObject({ events: 0, failures: 0 });
    });
    await settled();
    expect(resultOf(await command('reconcile'))).toMatchObject({ differences: 0 });
    for (const id of ids) expect(await owedBy(id)).toBe('950.00');
    await borrow();
    await settled();
  },
  TIMEOUT_MS,
);
