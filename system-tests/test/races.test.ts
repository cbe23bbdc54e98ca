import { races } from '../src/races.ts';
import { type System, startSystem } from '../src/system.ts';

const setups = [
  ['one process a service', 1, {}],
  ['two processes a service', 2, { replicas: { customers: 2, loans: 2, payments: 2 } }],
] as const;

describe.each(setups)('with %s', (_name, processes, options) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem(options);
  });
  afterAll(() => system?.stop());

  it('nothing is refused in error, without any waiting', () => races.noWaiting(system.world));
  it('a read with a token is never stale', () => races.freshReads(system.world));
  it('of fifty loans at once just what fits is granted', () => races.fiftyLoans(system.world));
  it('of fifty payments at once just what is owed is taken', () => races.fiftyPayments(system.world));
  it('an external_id is given once', () => races.oneName(system.world));
  it('a key has one effect and one answer', () => races.oneKey(system.world));
  it('loans that are sent together are committed together', async () => {
    // The best of a few: what else the machine does can tear requests apart.
    const commits = [];
    for (let trial = 0; trial < 5; trial += 1)
      commits.push(await races.commitsOf64Loans(system.world, system.stack.stack()));
    expect(Math.min(...commits)).toBeLessThanOrEqual(4 * processes);
  });
  it('a restriction holds once it is answered', () => races.firmRestrictions(system.world));
});
