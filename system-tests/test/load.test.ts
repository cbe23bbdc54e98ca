import { setTimeout as delay } from 'node:timers/promises';
import { differences, query } from '@mo/agreement';
import { races } from '../src/races.ts';
import { failuresDuring } from '../src/replacing.ts';
import { KAFKA_OUTAGE_MS, OWN_SERVERS_MS, type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { concurrently, expectStatus, nameOf } from '../src/world.ts';

/** The duration of the broker's outage under load; a minute for a thorough run. */
const OUTAGE_MS = Number(process.env.MO_OUTAGE_MS ?? 8_000);
const CLIENTS = 16;
/** Callers of each kind that never retry. */
const WATCHERS = 2;
const BULK_LINES = Number(process.env.MO_BULK_LINES ?? 100_000);
/** An upload is answered at its end, which on a busy machine takes longer than any other call. */
const BULK_TIMEOUT_MS = 240_000;
/** The victim's successor, its readiness, the calls under way, and agreement may take 45 s each. */
const KILL_TIMEOUT_MS = 240_000;

describe('under load', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ replicas: { customers: 2, loans: 2, payments: 2 } }, true);
  }, OWN_SERVERS_MS);
  afterAll(() => system?.stop());

  /** Customers who borrow, pay and borrow again; every answer must be right. */
  async function business(until: () => boolean): Promise<number> {
    let rounds = 0;
    await concurrently(CLIENTS, CLIENTS, async () => {
      while (!until()) {
        const { world } = system;
        const { id } = await world.customer('1000');
        expectStatus(await world.loan(id, '600', {}, nameOf('key')), 201);
        expect((await world.loan(id, '401', {}, nameOf('key'))).body.code).toBe('credit_limit_exceeded');
        const paid = expectStatus(await world.payment(id, '250', {}, nameOf('key')), 201);
        expect(paid.status).toBe('completed');
        expect(expectStatus(await world.payment(id, '351', {}, nameOf('key')), 201).status).toBe('rejected');
        expectStatus(await world.loan(id, '650', {}, nameOf('key')), 201);
        rounds += 1;
      }
    });
    return rounds;
  }
  /** Runs work while customers borrow and pay, and lets them finish whatever its outcome. */
  async function duringBusiness(trouble: () => Promise<void>): Promise<void> {
    let isOver = false;
    const load = business(() => isOver);
    try {
      await Promise.race([trouble(), load.then(() => undefined)]);
    } finally {
      isOver = true;
    }
    expect(await load).toBeGreaterThan(0);
  }
  const settled = () => waitFor(async () => (await differences(system.stack.stack())).length === 0);

  it(
    'an outage of the broker affects no answer, and everything agrees soon after',
    async () => {
      const outage = async () => {
        await system.stack.kafka.stop();
        await delay(OUTAGE_MS);
        await system.stack.kafka.start();
      };
      const watched = () => failuresDuring(system, WATCHERS, ['keyed', 'unkeyed'], outage);
      await duringBusiness(async () => expect(await watched()).toEqual([]));
      await settled();
    },
    OUTAGE_MS + KAFKA_OUTAGE_MS,
  );

  it.each(['customers', 'loans', 'payments', 'postgres', 'kafka'] as const)(
    'a kill -9 of %s causes no loss, no duplicate and no wrong refusal',
    async (victim) => {
      await duringBusiness(async () => {
        const before = pidOf(victim);
        process.kill(before, 'SIGKILL');
        await waitFor(() => Promise.resolve(![null, before].includes(pidOf(victim))));
        await waitFor(async () => (await system.api.raw({ method: 'GET', path: '/readyz' })).statusCode === 200);
      });
      await settled();
    },
    KILL_TIMEOUT_MS,
  );

  function pidOf(victim: 'customers' | 'loans' | 'payments' | 'postgres' | 'kafka'): number {
    const { [victim]: entry } = system.stack.stack();
    return entry.pid as number;
  }

  it(
    'a bulk upload names each bad line and accepts the others',
    async () => {
      const prefix = nameOf('bulk');
      function* lines() {
        yield 'external_id,score\n';
        for (let line = 2; line <= BULK_LINES + 1; line += 1) {
          yield line % 10_000 === 0 ? `${prefix}-${line},-5\n` : `${prefix}-${line},${line}.50\n`;
        }
      }
      const response = await system.api.raw({
        method: 'POST',
        path: '/api/customers/bulk',
        headers: { 'content-type': 'text/csv' },
        body: lines() as unknown as Buffer,
        headersTimeout: BULK_TIMEOUT_MS,
      });
      const summary = (await response.body.json()) as {
        created: number;
        failed: number;
        errors: { line: number; detail: string }[];
      };
      const bad = Math.floor((BULK_LINES + 1) / 10_000);
      expect(summary).toMatchObject({ received: BULK_LINES, created: BULK_LINES - bad, failed: bad });
      expect(summary.errors.map((error) => error.line)).toEqual(
        Array.from({ length: bad }, (_, n) => (n + 1) * 10_000),
      );
      const [row] = await query<{ count: string }>(
        system.stack.stack(),
        'customers',
        'SELECT count(*) FROM customers WHERE external_id LIKE $1',
        [`${prefix}%`],
      );
      expect(Number(row?.count)).toBe(BULK_LINES - bad);
    },
    BULK_TIMEOUT_MS,
  );

  it('races still have the right outcome afterwards', () => races.fiftyLoans(system.world));
});
