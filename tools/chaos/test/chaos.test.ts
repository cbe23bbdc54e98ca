import { join } from 'node:path';
import { testServers } from '@mo/dev-stack';
import { chaos } from '../src/chaos.ts';
import { KINDS } from '../src/faults/plan.ts';
import { renderReport } from '../src/report.ts';

/** Each kind once, and some twice. */
const FAULTS = 8;
const MINUTES_MAX = 2;
/** A seed whose faults hit a relay, PostgreSQL, the connections to Kafka, and webhooks. */
const SEED = 457_379;
/**
 * The servers may take 180 s to start, and then the services 120 s. Besides the faults' own time, the last may be felt
 * for 192 s, then a caller waits for 120 s, and streams and messages have 150 s each; the rest is for the checks.
 */
const TIMEOUT_MS = 1_200_000;

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
    const hits = report.blows.map(({ kind, target }) => `${kind} ${target}`);
    for (const hit of [/^kill relay of /, /^\w+ postgres$/, / all to kafka$/, /webhooks/])
      expect(hits).toContainEqual(expect.stringMatching(hit));
    expect(report.checked).toMatchObject({ lost: 0, unasked: 0, differences: 0, topicFaults: 0 });
    expect(report.checked.payments).toBeGreaterThan(0);
    expect(report.messages.accepted).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
