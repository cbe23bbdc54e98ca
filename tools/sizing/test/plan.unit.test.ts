import type { Figures } from '../src/figures.ts';
import { planFor, type Settings, type Workload } from '../src/plan.ts';

const nothing = { gateway: 0, customers: 0, loans: 0, payments: 0, postgres: 0, kafka: 0 };
const figures: Figures = {
  registration: nothing,
  loan: nothing,
  payment: { gateway: 100, customers: 100, loans: 100, payments: 300, postgres: 500, kafka: 90 },
  read: { ...nothing, gateway: 100, customers: 100 },
};
/** 1,000 payments/s and 2,000 reads/s in the busiest hour. */
const workload: Workload = {
  customersADay: 36_000_000,
  calls: { registration: 0, loan: 0, payment: 1, read: 2 },
  busiestHour: 0.1,
};
const settings: Settings = { utilisation: 0.5, partitions: 12, serverCores: 4, relayUs: 100, skew: 1 };

it('adds up the cost of the calls in the busiest hour', () => {
  const { perSecond, needs } = planFor(figures, workload, settings);
  expect(perSecond).toEqual({ registration: 0, loan: 0, payment: 1_000, read: 2_000 });
  expect(Object.fromEntries(needs.map(({ part, cores }) => [part, Number(cores.toFixed(6))]))).toEqual({
    gateway: 0.3,
    customers: 0.3,
    loans: 0.1,
    payments: 0.3,
    postgres: 0.5,
    kafka: 0.09,
  });
});

it('counts one core per process and `serverCores` per server, at the planned utilisation', () => {
  const ten = { ...workload, customersADay: 10 * workload.customersADay };
  const needs = planFor(figures, ten, settings).needs.map(({ part, processes }) => [part, processes]);
  expect(Object.fromEntries(needs)).toEqual({ gateway: 6, customers: 6, loans: 2, payments: 6, postgres: 3, kafka: 1 });
});

it('limits are in ascending order, and do not depend on the number of customers', () => {
  const { limits } = planFor(figures, workload, settings);
  const millions = limits.map(({ what, customersADay }) => [what, Math.round(customersADay / 1e6)]);
  expect(millions).toEqual([
    ['one machine of 4 cores with everything on it', 45],
    ['one PostgreSQL server of 4 cores for all databases', 144],
    ['the process that relays for payments', 180],
    ['12 replicas of customers, one per partition', 720],
    ['12 replicas of payments, one per partition', 720],
    ['one broker of 4 cores', 800],
    ['12 replicas of loans, one per partition', 2_160],
    ['the process that relays for customers', Number.POSITIVE_INFINITY],
    ['the process that relays for loans', Number.POSITIVE_INFINITY],
  ]);
  const ten = planFor(figures, { ...workload, customersADay: 360_000_000 }, settings);
  expect(ten.limits.map(({ what }) => what)).toEqual(limits.map(({ what }) => what));
  for (const [place, { customersADay }] of ten.limits.entries())
    expect(customersADay / (limits[place]?.customersADay ?? 0) || 1).toBeCloseTo(1, 9);
});

it('unevenly loaded replicas reach their limit sooner', () => {
  const end = (skew: number) =>
    planFor(figures, workload, { ...settings, skew }).limits.find(({ what }) =>
      what.startsWith('12 replicas of loans'),
    );
  expect((end(1)?.customersADay ?? 0) / (end(1.25)?.customersADay ?? 1)).toBeCloseTo(1.25, 9);
});
