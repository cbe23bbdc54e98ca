/**
 * Reads a message as an event of MO Loans. Anybody with the right to write may have sent something else to a topic, and
 * that must not stop the events of all customers. If it was an event that has been spoilt, the ledger notices the gap at
 * the customer's next version.
 */
import { type CloudEvent, Kafka as CloudEvents, type Message } from 'cloudevents';
import type { KafkaMessage } from 'kafkajs';

export type Data = Readonly<Record<string, unknown>>;

const SOURCES = new Set(['/mo/loans', '/mo/payments']);
const WHOLE_NUMBER = /^[1-9]\d{0,14}$/;

/** @returns null if the message is no event of these sources */
export function readEvent({ key, value, headers = {} }: KafkaMessage): CloudEvent<Data> | null {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
  const { ce_specversion, ce_source = '', ce_type = '', ce_subject = '', ce_sequence = '' } = texts;
  if (ce_specversion !== '1.0' || !SOURCES.has(ce_source) || ce_type === '') return null;
  if (!WHOLE_NUMBER.test(ce_subject) || !WHOLE_NUMBER.test(ce_sequence)) return null;
  const message = { key: String(key), value: String(value), headers: texts };
  try {
    const event = CloudEvents.toEvent(message as unknown as Message<Data>) as CloudEvent<Data>;
    return event.data?.customer_id === Number(ce_subject) ? event : null;
  } catch {
    // Its id is missing, its time is none, or its value is not JSON.
    return null;
  }
}
