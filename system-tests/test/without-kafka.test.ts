import { jsonLines, startMo, systemEnv } from '../src/mo.ts';
import { races } from '../src/races.ts';
import { KAFKA_OUTAGE_MS, OWN_SERVERS_MS, type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { expectStatus } from '../src/world.ts';

describe('with Kafka stopped', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ replicas: { customers: 2, loans: 2, payments: 2 } }, true);
    await system.stack.kafka.stop();
  }, OWN_SERVERS_MS);
  afterAll(() => system?.stop());

  it('the gateway stays ready', async () => {
    expect((await system.api.raw({ method: 'GET', path: '/readyz' })).statusCode).toBe(200);
  });
  it('nothing is wrongly refused', () => races.noWaiting(system.world));
  it('a read with a token is never stale', () => races.freshReads(system.world));
  it('of fifty concurrent loans exactly those that fit are granted', () => races.fiftyLoans(system.world));
  it('of fifty concurrent payments exactly the debt is accepted', () => races.fiftyPayments(system.world));
  it('an external_id is taken once', () => races.oneName(system.world));
  it('a key has one effect and one answer', () => races.oneKey(system.world));
  it('a restriction is enforced once it is confirmed', () => races.firmRestrictions(system.world));

  it(
    'everything agrees soon after Kafka has recovered',
    async () => {
      const { world } = system;
      const { id } = await world.customer('1000');
      expectStatus(await world.loan(id, '600'), 201);
      expectStatus(await world.payment(id, '100'), 201);
      await system.stack.kafka.start();
      await waitFor(async () => (await world.balance(id)).body.total_debt === '500.00');
      await waitFor(async () => (await world.loansOf(id)).body.results[0]?.outstanding === '500.00');
    },
    KAFKA_OUTAGE_MS,
  );

  it(
    '`mo events tail` reports the outage, and then shows the events written meanwhile',
    async () => {
      const { world, stack } = system;
      await stack.kafka.start(); // if the test before has not
      const tail = startMo(['events', 'tail', '--limit', '1', '--json'], { env: systemEnv(stack.stack()) });
      await waitFor(async () => tail.printed.stderr.startsWith('following'));
      await stack.kafka.stop();
      const { id } = await world.customer('1000');
      await waitFor(async () => tail.printed.stderr.includes('Kafka is unreachable'));
      await stack.kafka.start();
      const { code, stdout } = await tail.ended;
      expect([code, jsonLines(stdout)]).toMatchObject([0, [{ type: 'CustomerRegistered', customer_id: id }]]);
    },
    KAFKA_OUTAGE_MS,
  );
});
