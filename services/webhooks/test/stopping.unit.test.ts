import { ANSWER_TIMEOUT_MS, STOP_TIMEOUT_MS_MAX, stopLimitMs } from '@mo/service-kit';
import { createApp } from '../src/app.ts';

/** Nothing listens there, and nothing is started. */
const config = {
  LOG_LEVEL: 'silent',
  KAFKA_BROKERS: ['127.0.0.1:1'],
  KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT',
  TOPIC_PREFIX: 'stopping',
  WEBHOOKS_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  CUSTOMERS_URL: ['http://127.0.0.1:1'],
  LOANS_URL: ['http://127.0.0.1:1'],
  PAYMENTS_URL: ['http://127.0.0.1:1'],
} as unknown as Parameters<typeof createApp>[0];

it('a process that stops waits longer than a call may take, and all steps have the time for it', async () => {
  const { steps } = await createApp(config);
  const server = steps.find(({ name }) => name === 'server');
  expect(server?.timeoutMs).toBeGreaterThan(ANSWER_TIMEOUT_MS);
  expect(stopLimitMs(steps)).toBeLessThan(STOP_TIMEOUT_MS_MAX);
});
