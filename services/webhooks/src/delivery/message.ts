/** A receiver's message: the event as in Standard Webhooks (type, timestamp, data), and its place in the stream. */
import type { Delivery } from './lanes.ts';
import type { Message } from './sender.ts';

/** @param traceparent of the attempt if it is recorded, otherwise that of the event */
export function messageOf({ eventId, type, time, version, data }: Delivery, traceparent: string | null): Message {
  const head = JSON.stringify({ type, timestamp: time, sequence: version });
  return { id: eventId, body: `${head.slice(0, -1)},"data":${data}}`, traceparent };
}
