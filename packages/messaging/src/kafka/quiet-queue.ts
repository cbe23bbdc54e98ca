/**
 * kafkajs 2.2.4 looks every millisecond, on each connection for as long as it lives, whether a request waits to be
 * sent: see docs/decisions/0028. Whoever waits is told by the answer that makes room; a timer is needed only while
 * something waits.
 *
 * And what waits for its answer it keeps in a `Map`, which makes each of them old, with the answer: see
 * docs/decisions/0036.
 */
import { RollingMap } from '@mo/mux';
import type { Logger } from 'kafkajs';
import { insideKafkajs } from './inside-kafkajs.ts';

interface Pushed {
  readonly entry: { readonly correlationId: number };
  readonly expectResponse: boolean;
  readonly sendRequest: () => void;
}

/** What is inside of kafkajs, and has no types there: the requests of one connection. */
interface RequestQueue {
  /** What waits for its turn to be sent. */
  readonly pending: readonly unknown[];
  /** What waits for its answer. */
  readonly inflight: Pick<ReadonlyMap<number, unknown>, 'size'>;
  /** Not null while there is a timer for the next look. */
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  push(request: Pushed): void;
  fulfillRequest(response: { correlationId: number; size: number; payload: null }): void;
  /** Looks again in a while, or when the broker's throttling is over. */
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
  destroy(): void;
}
interface RequestQueueClass {
  new (options: { maxInFlightRequests: number; requestTimeout: number; logger: Logger }): RequestQueue;
  readonly prototype: RequestQueue;
}

/** The class that kafkajs uses, mended. */
export const RequestQueue = insideKafkajs<RequestQueueClass>('network/requestQueue');

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhereSomeWait() {
  if (this.pending.length > 0) schedule.call(this);
};

/** By the constructor, for each of them. */
Object.defineProperty(RequestQueue.prototype, 'inflight', {
  set(this: RequestQueue) {
    Object.defineProperty(this, 'inflight', { value: new RollingMap() });
  },
});
