/**
 * After a request timeout kafkajs 2.2.4 makes all its retries on the same connection: see docs/decisions/0032. This
 * patch closes a connection that was lost silently, so that the next attempt opens another one.
 */
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { insideKafkajs } from './inside-kafkajs.ts';

/** An untyped internal class of kafkajs. */
interface Connection {
  readonly socket: Socket;
  send: (this: Connection, request: unknown) => Promise<unknown>;
  rejectRequests(error: Error): void;
  disconnect(): Promise<unknown>;
}

const { prototype } = insideKafkajs<{ readonly prototype: Connection }>('network/connection');

const { send } = prototype;
prototype.send = async function sendOrClose(request) {
  try {
    return await send.call(this, request);
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSRequestTimeoutError) {
      this.rejectRequests(error);
      await this.disconnect();
      this.socket.destroy();
    }
    throw error;
  }
};
