/**
 * kafkajs 2.2.4 sends a request that had no answer in time again on the same connection, up to as often as it tries at
 * all: see docs/decisions/0032. A connection that was lost without a word is closed here, so that the next try opens
 * another.
 */
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { insideKafkajs } from './inside-kafkajs.ts';

/** What is inside of kafkajs, and has no types there. */
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
