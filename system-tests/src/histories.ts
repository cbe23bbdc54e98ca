/** Customers with varied histories, and background traffic during a check. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CustomerBody } from '@mo/contracts';
import { concurrently, expectStatus, nameOf, type World } from './world.ts';

const CLIENTS = 8;
/** Few, so that the check gets its share of the machine. */
const BUSINESS_CLIENTS = 2;
/** The pause of each client after a round, for the same reason. */
const BUSINESS_PAUSE_MS = 25;
/** Customers per client, used in turn: with ever new ones, a check of all customers would never finish. */
const BUSINESS_CUSTOMERS = 8;

/** Creates customers whose rows fill every table of every service; half of them come from a bulk upload. */
export async function makeHistories(world: World, count: number): Promise<number[]> {
  const uploaded = await uploadCustomers(world, Math.floor(count / 2));
  const ids: number[] = [];
  await concurrently(count, CLIENTS, async (place) => {
    const id = uploaded[place] ?? (await world.customer('2000')).id;
    await live(world, id);
    ids.push(id);
  });
  return ids;
}

/**
 * Loans that are taken, backdated, requested, activated, rejected and paid off; payments within the debt and above it.
 */
async function live(world: World, id: number): Promise<void> {
  const { api } = world;
  const pending = { status: 'pending' };
  const change = (score: string) => api.insist('changeCustomer', { params: { customer_id: id }, body: { score } });
  expectStatus(await world.loan(id, '300', { contract_version: 'v1' }), 201);
  expectStatus(await world.loan(id, '100', { taken_at: '2026-01-02T03:04:05.678Z' }), 201);
  expect([200, 202]).toContain((await change('3000')).status);
  const [asked, unwanted] = [await world.loan(id, '50', pending), await world.loan(id, '60', pending)];
  expectStatus(await world.loan(id, '70', pending), 201);
  expectStatus(await api.insist('activateLoan', { params: { loan_id: asked.body.id } }), 200);
  expectStatus(await api.insist('rejectLoan', { params: { loan_id: unwanted.body.id } }), 200);
  expect(expectStatus(await world.payment(id, '150.50'), 201).status).toBe('completed');
  expect(expectStatus(await world.payment(id, '5000'), 201).status).toBe('rejected');
  expect([200, 202]).toContain((await change('2500')).status);
}

async function uploadCustomers(world: World, count: number): Promise<number[]> {
  const names = Array.from({ length: count }, () => nameOf('bulk'));
  const lines = names.map((external_id) => ({ external_id, score: '2000', preapproved_at: '2026-01-01T00:00:00Z' }));
  const headers = { 'content-type': 'application/json' };
  const { api } = world;
  const answer = await api.raw({ method: 'POST', path: '/api/customers/bulk', headers, body: JSON.stringify(lines) });
  expect(await answer.body.json()).toMatchObject({ created: count });
  const ids: number[] = [];
  await concurrently(count, CLIENTS, async (place) => {
    const query = { external_id: names[place] as string };
    const { body } = await api.insist<{ results: CustomerBody[] }>('listCustomers', { query });
    ids.push((body.results[0] as CustomerBody).id);
  });
  return ids;
}

/** Runs work while customers borrow and pay; every answer must be right meanwhile. */
export async function whileInUse<T>(world: World, work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const business = concurrently(BUSINESS_CLIENTS, BUSINESS_CLIENTS, async () => {
    const ids: number[] = [];
    while (ids.length < BUSINESS_CUSTOMERS) ids.push((await world.customer('1000')).id);
    for (let round = 0; !isOver; round += 1, await delay(BUSINESS_PAUSE_MS)) {
      const id = ids[round % ids.length] as number;
      expectStatus(await world.loan(id, '600', {}, nameOf('key')), 201);
      expect((await world.loan(id, '401', {}, nameOf('key'))).body.code).toBe('credit_limit_exceeded');
      expect(expectStatus(await world.payment(id, '250', {}, nameOf('key')), 201).status).toBe('completed');
      expect(expectStatus(await world.payment(id, '351', {}, nameOf('key')), 201).status).toBe('rejected');
      expectStatus(await world.loan(id, '650', {}, nameOf('key')), 201);
      expect(expectStatus(await world.payment(id, '1000', {}, nameOf('key')), 201).status).toBe('completed');
    }
  });
  try {
    return await Promise.race([work(), business.then(() => Promise.reject(new Error('the business ended by itself')))]);
  } finally {
    isOver = true;
    await business;
  }
}
