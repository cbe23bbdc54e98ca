import { join } from 'node:path';
import { testServers } from '@mo/dev-stack';
import { chaos } from '../src/chaos.ts';
import { KINDS } from '../src/faults/plan.ts';
import { renderReport } from '../src/report.ts';

/** Each kind once, and some twice. */
const FAULTS = 8;
const MINUTES_MAX = 3;
/** A seed whose faults are short; three of them hit webhooks. */
const SEED = 2_885;
const TIMEOUT_MS = 600_000;

it(
  'faults of every kind cause no loss, no duplicate and no wrong answer',
  async () => {
    const report = await chaos({
      minutes: MINUTES_MAX,
      faultsMax: FAULTS,
      seed: SEED,
      replicas: { customers: 2, loans: 2, payments: 2, webhooks: 2 },
      clients: 8,
      dir: join(testServers().dir, `chaos-${process.pid}`),
      fsync: false,
      log: () => {},
    });
    if (!report.tally.isClean) throw new Error(renderReport(report));
    expect(new Set(report.blows.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(report.checked).toMatchObject({ lost: 0, unasked: 0, differences: 0, topicFaults: 0 });
    expect(report.checked.payments).toBeGreaterThan(0);
    expect(report.messages.accepted).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
