import { races } from '../src/races.ts';
import { type System, startSystem } from '../src/system.ts';

const setups = [
  ['one process per service', 1, {}],
  ['two processes per service', 2, { replicas: { customers: 2, loans: 2, payments: 2 } }],
] as const;

describe.each(setups)('with %s', (_name, processes, options) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(options);
  });
  afterAll(() => system?.stop());

  it('nothing is wrongly refused, without any wait', () => races.noWaiting(system.world));
  it('a read with a token is never stale', () => races.freshReads(system.world));
  it('of fifty concurrent loans exactly those that fit are granted', () => races.fiftyLoans(system.world));
  it('of fifty concurrent payments exactly the debt is accepted', () => races.fiftyPayments(system.world));
  it('an external_id is taken once', () => races.oneName(system.world));
  it('a key has one effect and one answer', () => races.oneKey(system.world));
  it('concurrent loans are committed together', async () => {
    // The best of a few trials: other activity on the machine can separate the requests.
    const commits = [];
    for (let trial = 0; trial < 5; trial += 1)
      commits.push(await races.commitsOf64Loans(system.world, system.stack.stack()));
    expect(Math.min(...commits)).toBeLessThanOrEqual(4 * processes);
  });
  it('a restriction is enforced once it is confirmed', () => races.firmRestrictions(system.world));
});
