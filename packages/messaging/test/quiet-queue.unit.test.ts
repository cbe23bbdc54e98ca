/** The queue of requests of a connection, which is kafkajs's own but for when it looks for what waits. */
import { RollingMap } from '@mo/mux';
import type { Logger } from 'kafkajs';
import { RequestQueue } from '../src/kafka/quiet-queue.ts';

const silent = () => {};
const logger = { debug: silent, warn: silent } as unknown as Logger;

let sent: number[];
let queue: InstanceType<typeof RequestQueue>;
beforeEach(() => {
  sent = [];
  queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 10_000, logger });
});
afterEach(() => queue.destroy());

const push = (correlationId: number) =>
  queue.push({
    entry: Object.assign({ correlationId }, { apiName: '', apiKey: 0, apiVersion: 0, resolve: silent, reject: silent }),
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  });
const answer = (correlationId: number) => queue.fulfillRequest({ correlationId, size: 0, payload: null });

it('has no timer while nothing waits, whatever was sent and answered', () => {
  push(1);
  expect(queue.throttleCheckTimeoutId).toBeNull();
  answer(1);
  expect(queue.throttleCheckTimeoutId).toBeNull();
});

it('checks again while requests wait, and sends them when a response makes room', () => {
  push(1);
  push(2);
  expect([sent, queue.throttleCheckTimeoutId === null]).toEqual([[1], false]);
  answer(1);
  expect([sent, queue.pending.length]).toEqual([[1, 2], 0]);
});

it('keeps pending requests in a reused array, and finds them by their number', () => {
  expect(queue.inflight).toBeInstanceOf(RollingMap);
  push(1);
  expect(queue.inflight.size).toBe(1);
  push(2);
  answer(1);
  expect([sent, queue.inflight.size]).toEqual([[1, 2], 1]);
});
