/**
 * kafkajs 2.2.4 checks every millisecond, on each connection for its whole lifetime, whether a request waits to be
 * sent: see docs/decisions/0028. The response that makes room triggers the next request anyway, so a timer is needed
 * only while requests wait.
 *
 * It also keeps requests that await their responses in a `Map`, which promotes each request and its response to old
 * space: see docs/decisions/0036.
 */
import { RollingMap } from '@mo/mux';
import type { Logger } from 'kafkajs';
import { insideKafkajs } from './inside-kafkajs.ts';

interface Pushed {
  readonly entry: { readonly correlationId: number };
  readonly expectResponse: boolean;
  readonly sendRequest: () => void;
}

/** An untyped internal class of kafkajs: the requests of one connection. */
interface RequestQueue {
  /** Requests that wait to be sent. */
  readonly pending: readonly unknown[];
  /** Requests that await their responses. */
  readonly inflight: Pick<ReadonlyMap<number, unknown>, 'size'>;
  /** Not null while a timer for the next check is running. */
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  push(request: Pushed): void;
  fulfillRequest(response: { correlationId: number; size: number; payload: null }): void;
  /** Schedules the next check, or one for the end of the broker's throttling. */
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
  destroy(): void;
}
interface RequestQueueClass {
  new (options: { maxInFlightRequests: number; requestTimeout: number; logger: Logger }): RequestQueue;
  readonly prototype: RequestQueue;
}

/** The class that kafkajs uses, patched. */
export const RequestQueue = insideKafkajs<RequestQueueClass>('network/requestQueue');

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhereSomeWait() {
  if (this.pending.length > 0) schedule.call(this);
};

/** The setter is called by the constructor of each queue. */
Object.defineProperty(RequestQueue.prototype, 'inflight', {
  set(this: RequestQueue) {
    Object.defineProperty(this, 'inflight', { value: new RollingMap() });
  },
});
