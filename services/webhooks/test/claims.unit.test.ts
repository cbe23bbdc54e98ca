import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '@mo/service-kit';
import { Claims } from '../src/delivery/claims.ts';

const TURNS = 100;

it('claims that could not be renewed are a warning, whose end is not the release of the last of them', async () => {
  const logger = createLogger('webhooks', 'silent');
  const lines: string[] = [];
  for (const level of ['info', 'warn'] as const)
    logger[level] = (_details: unknown, text?: string) => void lines.push(`${level} ${text}`);
  let isReachable = false;
  const lane = { webhookId: 1, customerId: 1, claim: 1, failures: { count: 0, restartedAt: null } };
  const lanes = {
    claimMs: 1_000,
    renewalMs: 100,
    claim: async () => [lane],
    renew: async () => {
      if (!isReachable) throw new Error('the database is unreachable');
      return [lane];
    },
  };
  const claims = new Claims(lanes, { now: () => 0, elapsed: () => 0, sleep: () => turn() }, logger);
  const rounds = async () => {
    for (let n = 0; n < TURNS; n += 1) await turn();
  };
  await claims.claim(1, 1);
  claims.start();
  await rounds();
  claims.release(lane);
  isReachable = true;
  await rounds();
  const before = [...lines];
  await claims.claim(1, 1);
  await rounds();
  await claims.stop();
  expect(before).toEqual(['warn claims of lanes could not be renewed']);
  expect(lines.slice(1)).toEqual(['info background work succeeds again']);
});
