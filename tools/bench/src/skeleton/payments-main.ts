/** The skeleton's payments process: writes payments in batches, and sends each to the topic. */
import { setTimeout as delay } from 'node:timers/promises';
import { TOPIC_PARTITIONS } from '@mo/contracts';
import type { OutgoingMessage } from '@mo/messaging';
import { inBatches, openParts } from './parts.ts';
import { type Order, pay } from './pay.ts';
import { serve } from './serve.ts';

/** The interval between sends, as when the services' relay keeps up. */
const INTERVAL_MS = 40;
/** The wait after a failed send: the broker may be slow. */
const RETRY_MS = 250;

const { database, kafka, topic } = await openParts('payments');
const producer = await kafka.producer();
let unsent: OutgoingMessage[] = [];
let isSending = false;

async function send(): Promise<void> {
  if (isSending) return;
  isSending = true;
  while (unsent.length > 0) {
    const some = unsent;
    unsent = [];
    const beganMs = performance.now();
    try {
      await producer.send(topic, some, TOPIC_PARTITIONS);
      await delay(Math.max(0, beganMs + INTERVAL_MS - performance.now()));
    } catch (error) {
      console.error(error);
      unsent = [...some, ...unsent];
      await delay(RETRY_MS);
    }
  }
  isSending = false;
}

const queue = inBatches<Order, string>(async (orders) => {
  const { answers, events } = await pay(database, orders);
  for (const [place, value] of events.entries())
    unsent.push({ key: String(orders[place]?.customer_id), value, headers: {} });
  void send();
  return answers;
});

await serve((app) => {
  app.post<{ Body: Order }>('/api/payments', async ({ body }, reply) => {
    const answer = await queue.submit(body);
    return reply.code(201).type('application/json; charset=utf-8').send(answer);
  });
});
