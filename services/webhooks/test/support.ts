/** The service on a real database and broker, events as the other services write them, and a receiver. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type EventType,
  type SeenVersions,
  STREAMS,
  type Stream,
  type StreamEvent,
  TOPIC_PARTITIONS,
  topicOf,
} from '@mo/contracts';
import { type Database, inTransaction, migrate, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import { HttpPeers, type Kafka, kafkaOverKafkajs, toMessage } from '@mo/messaging';
import { processConfigFor, StreamOwner } from '@mo/messaging/testing';
import { type App, createLogger } from '@mo/service-kit';
import { createApp } from '../src/app.ts';
import { migrations } from '../src/db/migrations/index.ts';
import type { Delivery, Outcome } from '../src/delivery/lanes.ts';
import { type Network, readNetwork } from '../src/delivery/targets.ts';
import { Intake, type IntakeOptions } from '../src/intake/intake.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';

export const ADA = 42;
const TIME = '2026-11-26T12:00:00.000Z';
/** Longer than any machine stands still. */
export const LONG_MS = 3_600_000;
/** Short, so that tests need not wait. */
const PAUSE_MS = 200;
export const THIS_MACHINE: readonly Network[] = [readNetwork('127.0.0.0/8'), readNetwork('::1/128')];

export function eventOf(
  stream: Stream,
  version: number,
  { customerId = ADA, seen = {} }: { customerId?: number; seen?: SeenVersions } = {},
): StreamEvent {
  const ofCustomer = { customer_id: customerId, customer_external_id: `customer-${customerId}` };
  const of = { stream, customer_id: customerId, version, seen, time: TIME, traceparent: null };
  if (stream === 'customers') {
    const data = { ...ofCustomer, status: 'active', score: '1000.00', preapproved_at: null };
    return { ...of, type: 'CustomerUpdated', data } as StreamEvent;
  }
  const amount =
    stream === 'loans' ? { loan_id: version, amount: '10.00' } : { payment_id: version, total_amount: '10.00' };
  const data = { ...ofCustomer, ...amount, external_id: `${stream}-${version}` };
  if (stream === 'loans') return { ...of, type: 'LoanPaid', data } as StreamEvent;
  return {
    ...of,
    type: 'PaymentRejected',
    data: { ...data, paid_at: TIME, rejection_reason: 'exceeds_debt' },
  } as StreamEvent;
}

export const idOf = ({ stream, customer_id: customerId, version }: StreamEvent): string =>
  `${stream}-${customerId}-${version}`;

export interface Received {
  readonly id: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver of messages, with answers that a test defines. */
export class Receiver {
  readonly received: Received[] = [];
  /** The status for a message; 204 by default. */
  answer: (message: Received) => number | Promise<number> = () => 204;
  /** Headers of each answer. */
  headers: Readonly<Record<string, string>> = { location: '/elsewhere' };
  readonly #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const message = {
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      this.received.push(message);
      void Promise.resolve(this.answer(message)).then((status) => response.writeHead(status, this.headers).end());
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A database of the service, looked into beside it. */
export const openBeside = (url: string): Promise<Database> => openTestDatabase(url, { migrations, connectionsMax: 4 });

/** A database with the service's tables and nothing in them. */
export async function openEmpty(): Promise<Database> {
  const { webhooks: url } = await testServers().createDatabases('webhooks');
  const database = await openBeside(url);
  await migrate(database);
  return database;
}

/** Creates a webhook without the API. */
export async function createWebhook(
  database: Database,
  types: readonly EventType[] = ['LoanPaid'],
  url = 'https://example.com',
): Promise<{ readonly id: number; readonly secret: string }> {
  const webhook = { url, event_types: [...types], description: '' };
  const made = await inTransaction(database, (sql) => new WebhookTable(database).create(sql, webhook, 'ada'));
  return { id: Number(made?.row.id), secret: made?.secret ?? '' };
}

/** Takes events in as the service does. */
export const takeIn = (database: Database, events: readonly StreamEvent[]): Promise<void> =>
  new Intake({ database, onTaken: () => {}, onWaived: () => {} }).take(events);

const answered = (deliveryId: string, status: Outcome['status'], answer: number): Outcome => ({
  deliveryId,
  status,
  atMs: Date.now(),
  answer,
  error: null,
});
/** Outcomes of an attempt. */
export const delivered = ({ id }: Pick<Delivery, 'id'>): Outcome => answered(id, 'delivered', 204);
export const refused = ({ id }: Pick<Delivery, 'id'>): Outcome => answered(id, 'pending', 503);

/** Ids of the events that a customer's deliveries are of, in order. */
export async function deliveriesOf(database: Database, customerId: number): Promise<string[]> {
  const text = 'SELECT stream, version FROM deliveries WHERE customer_id = $1 ORDER BY id';
  const rows = await run<{ stream: string; version: string }>(sqlOf(database), text, [customerId]);
  return rows.map(({ stream, version }) => `${stream}-${customerId}-${version}`);
}

/** Lets time pass for all events that wait for their causes, by the clock of the database. */
export async function passTime(database: Database, passedMs: number): Promise<void> {
  const text = 'UPDATE early_events SET arrived_at = arrived_at - make_interval(secs => $1)';
  await run(sqlOf(database), text, [passedMs / 1_000]);
}

export async function startOwners(): Promise<Record<Stream, StreamOwner>> {
  const started = STREAMS.map(async (stream) => [stream, await StreamOwner.start(stream)] as const);
  return Object.fromEntries(await Promise.all(started)) as Record<Stream, StreamOwner>;
}

/** What takes in events: a database with one webhook, and stand-ins for the services that events are pulled from. */
export interface TakingIn {
  readonly database: Database;
  readonly owners: Readonly<Record<Stream, StreamOwner>>;
  readonly peers: HttpPeers;
  readonly intake: Intake;
  close(): Promise<void>;
}

/** The webhook wants loans and payments, and no customers. */
export async function startTakingIn(onWaived: IntakeOptions['onWaived'] = () => {}): Promise<TakingIn> {
  const [database, owners] = await Promise.all([openEmpty(), startOwners()]);
  const urls = STREAMS.map((stream) => [stream, [owners[stream].origin]] as const);
  // A call during which the machine stands still is no outage: these owners answer, or cut the connection.
  const peers = new HttpPeers(Object.fromEntries(urls), null, () => {}, true, LONG_MS);
  await createWebhook(database, ['LoanPaid', 'PaymentRejected']);
  return {
    database,
    owners,
    peers,
    intake: new Intake({ database, onTaken: () => {}, onWaived }),
    close: async () => {
      await peers.close();
      await Promise.all(STREAMS.map((stream) => owners[stream].close()));
      await database.close();
    },
  };
}

/** Writes a customer's next event, as its owner has it; Kafka has it once it is published. */
export function appendTo(
  owners: Readonly<Record<Stream, StreamOwner>>,
  stream: Stream,
  options: Parameters<typeof eventOf>[2] = {},
): StreamEvent {
  const { type, data, seen } = eventOf(stream, 1, options);
  return owners[stream].append(type, data, seen);
}

export interface UnderTest {
  readonly app: App;
  /** Stand-ins for the services that events are pulled from; they have none. */
  readonly owners: Readonly<Record<Stream, StreamOwner>>;
  readonly databaseUrl: string;
  /** Sends events as the services do, each to its topic. */
  publish(...events: StreamEvent[]): Promise<void>;
  /** Another process of it. */
  startReplica(): Promise<App>;
  stop(): Promise<void>;
}

/** @param rowsMax the rows that a transaction changes of one webhook */
export async function startUnderTest(rowsMax?: number): Promise<UnderTest> {
  const servers = testServers();
  const { webhooks: databaseUrl } = await servers.createDatabases('webhooks');
  const topicPrefix = `webhooks-${randomUUID().slice(0, 8)}`;
  const owners = await startOwners();
  const config = {
    ...processConfigFor(topicPrefix),
    MO_VERSION: 'test',
    WEBHOOKS_DATABASE_URL: databaseUrl,
    WEBHOOKS_NETWORKS: THIS_MACHINE,
    ...Object.fromEntries(STREAMS.map((stream) => [`${stream.toUpperCase()}_URL`, [owners[stream].origin]])),
  } as unknown as Parameters<typeof createApp>[0];
  const apps: App[] = [];
  const startReplica = async () => {
    const app = await createApp(config, () => PAUSE_MS, rowsMax);
    apps.push(app);
    await app.start();
    return app;
  };
  const kafka: Kafka = kafkaOverKafkajs('test', servers, createLogger('test', 'silent'));
  const topic = (stream: Stream) => topicOf(topicPrefix, stream);
  await kafka.ensureTopics([topic('customers'), topic('loans'), topic('payments')], TOPIC_PARTITIONS);
  const producer = await kafka.producer();
  return {
    app: await startReplica(),
    owners,
    databaseUrl,
    publish: async (...events) => {
      for (const event of events) {
        const row = {
          ...event,
          customer_id: String(event.customer_id),
          version: String(event.version),
          data: JSON.stringify(event.data),
          seen: JSON.stringify(event.seen),
        };
        await producer.send(topic(event.stream), [toMessage(event.stream, row)]);
      }
    },
    startReplica,
    stop: async () => {
      await producer.close();
      for (const app of apps) for (const step of app.steps) await step.stop();
      for (const owner of Object.values(owners)) await owner.close();
    },
  };
}
