import { readEvent } from '../src/events/event.ts';
import { SeenEvents } from '../src/events/once.ts';

const event = (customerId: number | null, version: number | null, partition = 0, topic = 'mo.loans') => ({
  ...readEvent(topic, partition, { key: null, value: null, timestamp: '0', attributes: 0, offset: '0', headers: {} }),
  customer_id: customerId,
  version,
});

it('an event is first unless its customer had the version or a later one in the same partition', () => {
  const seen = new SeenEvents();
  const events = [event(7, 1), event(7, 2), event(8, 1), event(7, 1), event(7, 2), event(7, 3), event(7, 3)];
  expect(events.map((each) => seen.isFirst(each))).toEqual([true, true, true, false, false, true, false]);
});

it('events of another partition or topic are first, unless the customer had that version on the topic', () => {
  const seen = new SeenEvents();
  const events = [event(7, 4, 1), event(7, 1, 0), event(7, 1, 0), event(7, 1, 0, 'mo.payments')];
  expect(events.map((each) => seen.isFirst(each))).toEqual([true, true, false, true]);
  const more = [event(7, 2, 0), event(7, 3, 0), event(7, 4, 0), event(7, 5, 1), event(7, 5, 2), event(7, 2, 2)];
  expect(more.map((each) => seen.isFirst(each))).toEqual([true, true, false, true, false, false]);
});

it('a customer whose events return to a former partition is shown whole', () => {
  const seen = new SeenEvents();
  const events = [event(7, 1, 0), event(7, 2, 0), event(7, 5, 0), event(7, 6, 0), event(7, 3, 2), event(7, 4, 2)];
  expect(events.map((each) => seen.isFirst(each))).toEqual([true, true, true, true, true, true]);
  expect(events.map((each) => seen.isFirst(each))).toEqual([false, false, false, false, false, false]);
});

it('runs of versions are bounded: the oldest are forgotten', () => {
  const seen = new SeenEvents();
  for (let partition = 0; partition < 33; partition += 1) seen.isFirst(event(7, 100 - 2 * partition, partition));
  expect([event(7, 100, 40), event(7, 98, 40)].map((each) => seen.isFirst(each))).toEqual([true, false]);
});

it('a message without a customer or a version is always first', () => {
  const seen = new SeenEvents();
  const events = [event(null, 1), event(null, 1), event(7, null), event(7, null)];
  expect(events.map((each) => seen.isFirst(each))).toEqual([true, true, true, true]);
});

it('at least the given number of customers is remembered, and at most twice as many', () => {
  const seen = new SeenEvents(2);
  for (const customerId of [1, 2, 3, 1, 4]) seen.isFirst(event(customerId, 1));
  expect([1, 4].map((customerId) => seen.isFirst(event(customerId, 1)))).toEqual([false, false]);
  for (const customerId of [5, 6, 7, 8]) seen.isFirst(event(customerId, 1));
  expect(seen.isFirst(event(1, 1))).toBe(true);
});
