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

it('a claim is held for as long as it is renewed', async () => {
  const lane = { webhookId: 1, customerId: 1, claim: 1, failures: { count: 0, restartedAt: null } };
  let nowMs = 0;
  let canRenew = true;
  const lanes = {
    claimMs: 1_000,
    renewalMs: 100,
    claim: async () => [lane],
    renew: async () => (canRenew ? [lane] : []),
  };
  const clock = { now: () => 0, elapsed: () => nowMs, sleep: () => turn() };
  const claims = new Claims(lanes, clock, createLogger('webhooks', 'silent'));
  await claims.claim(1, 1);
  claims.start();
  const isHeldAt = async (ms: number) => {
    nowMs = ms;
    const isHeld = claims.isHeld(lane);
    for (let n = 0; n < TURNS; n += 1) await turn();
    return isHeld;
  };
  expect([await isHeldAt(900), await isHeldAt(1_800)]).toEqual([true, true]);
  canRenew = false;
  expect([await isHeldAt(2_700), await isHeldAt(2_800)]).toEqual([true, false]);
  await claims.stop();
});
