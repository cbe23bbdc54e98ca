/** In the place of payments: takes payments in batches, and sends each on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingMessage } from '@mo/messaging';
import { inBatches, openParts, PARTITIONS } from './parts.ts';
import { type Order, pay } from './pay.ts';
import { serve } from './serve.ts';

/** As long as the services' relay rests after a round, where it is quick. */
const REST_MS = 40;

const { database, kafka, topic } = await openParts('payments');
const producer = await kafka.producer();
const unsent: OutgoingMessage[] = [];
let isSending = false;

async function send(): Promise<void> {
  if (isSending) return;
  isSending = true;
  while (unsent.length > 0) {
    await producer.send(topic, unsent.splice(0), PARTITIONS);
    await delay(REST_MS);
  }
  isSending = false;
}

const queue = inBatches<Order, string>(async (orders) => {
  const { answers, payments } = await pay(database, orders);
  for (const payment of payments)
    unsent.push({ key: String(payment.customer_id), value: JSON.stringify(payment), headers: {} });
  void send();
  return answers;
});

await serve((app) => {
  app.post<{ Body: Order }>('/api/payments', async ({ body }, reply) => {
    const answer = await queue.submit(body);
    return reply.code(201).type('application/json; charset=utf-8').send(answer);
  });
});
