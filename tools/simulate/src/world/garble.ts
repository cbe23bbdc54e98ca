/** Ways to make a message or a pulled event unreadable. */
import type { StreamEvent } from '@mo/contracts';
import type { IncomingMessage } from '@mo/messaging';
import type { Random } from '../engine/random.ts';

/** A message as text. */
export type MessageText = Omit<IncomingMessage, 'raw'>;
type Garble = (message: MessageText) => Partial<MessageText>;

const withHeader =
  (name: string, value: string): Garble =>
  ({ headers }) => ({ headers: { ...headers, [name]: value } });

const withoutHeader =
  (name: string): Garble =>
  ({ headers }) => ({ headers: Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name)) });

const WAYS: readonly Garble[] = [
  ({ value }) => ({ value: value?.slice(1) ?? null }),
  () => ({ value: null }),
  () => ({ value: '{"customer_id":1}' }),
  withoutHeader('ce_specversion'),
  withHeader('ce_type', 'LoanSold'),
  withHeader('ce_sequence', 'first'),
  withHeader('ce_seen', 'loans='),
  withHeader('ce_subject', '999999'),
];

/** An unreadable copy of the message. */
export const garbled = (message: MessageText, random: Random): MessageText => ({
  ...message,
  ...random.pick(WAYS)(message),
});

/** A page with one event of a type that this version doesn't know. */
export function withUnknownType(events: readonly StreamEvent[], random: Random): unknown[] {
  const place = random.below(events.length);
  return events.map((event, at) => (at === place ? { ...event, type: 'LoanSold' } : event));
}
