/** What a receiver gets: the event as Standard Webhooks has it (type, timestamp, data), and its place in the stream. */
import type { Delivery } from './lanes.ts';
import type { Message } from './sender.ts';

/** @param traceparent of the attempt, where it is recorded */
export function messageOf({ eventId, type, time, version, data }: Delivery, traceparent: string | null): Message {
  const head = JSON.stringify({ type, timestamp: time, sequence: version });
  return { id: eventId, body: `${head.slice(0, -1)},"data":${data}}`, traceparent };
}
