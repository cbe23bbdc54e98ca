/** The wiring of the webhooks service. */
import { randomUUID } from 'node:crypto';
import { STREAMS } from '@mo/contracts';
import { connectionOf, databaseProblem, migrateAtStart, openDatabase, poolMetrics, whyUnreachable } from '@mo/database';
import { HttpPeers, kafkaConnection, kafkaOverKafkajs, LagGauges, Lease, processName } from '@mo/messaging';
import {
  type App,
  createLogger,
  createRegistry,
  createServer,
  DRAIN_TIMEOUT_MS,
  gaugeOfMany,
  Notice,
  openAdmission,
  openIdentity,
  openTracing,
  routesOf,
  Startup,
  systemClock,
  tracingSettings,
} from '@mo/service-kit';
import type { Config } from './config.ts';
import { indexes, migrations } from './db/migrations/index.ts';
import { Dispatcher } from './delivery/dispatcher.ts';
import { Lanes } from './delivery/lanes.ts';
import { pauseMs } from './delivery/schedule.ts';
import { Sender } from './delivery/sender.ts';
import { Targets } from './delivery/targets.ts';
import { Housekeeping } from './housekeeping.ts';
import { webhookRoutes } from './http/routes.ts';
import { Fetcher } from './intake/fetcher.ts';
import { Intake } from './intake/intake.ts';
import type { Waiver } from './intake/order.ts';
import { Recall } from './intake/recall.ts';
import { groupOf, Subscriber } from './intake/subscriber.ts';
import { SWEEP_LEASE_MS, Sweeper } from './intake/sweeper.ts';
import { waitingGauges, webhookMetrics } from './metrics.ts';
import { DeliveryTable } from './webhooks/delivery-table.ts';
import { StoredAnswers } from './webhooks/stored-answers.ts';
import { ROWS_AT_ONCE_MAX, WebhookTable } from './webhooks/webhook-table.ts';

const NAME = 'webhooks';
const CONNECTIONS_MAX = 10;

/**
 * Builds the service; the server isn't listening, and nothing has started yet.
 *
 * @param pausesMs the pause after each attempt that failed; tests set shorter ones
 * @param rowsMax the rows that a transaction changes of one webhook; tests set fewer
 */
export async function createApp(config: Config, pausesMs = pauseMs, rowsMax = ROWS_AT_ONCE_MAX): Promise<App> {
  const connection = connectionOf(NAME, config.WEBHOOKS_DATABASE_URL, config);
  const brokers = kafkaConnection(config);
  const logger = createLogger(NAME, config.LOG_LEVEL);
  const registry = createRegistry(NAME, config.MO_VERSION);
  const urls = { customers: config.CUSTOMERS_URL, loans: config.LOANS_URL, payments: config.PAYMENTS_URL };
  const identity = openIdentity(NAME, config.IDENTITY_DIR ?? null, urls, logger, registry, config.TLS_REQUIRED);
  const admission = openAdmission(identity, config, [], logger, registry);
  const tracing = await openTracing(NAME, config.MO_VERSION, tracingSettings(config), logger);
  const watch = poolMetrics(registry);
  const database = await openDatabase({
    ...connection,
    name: NAME,
    entities: [],
    migrations,
    connectionsMax: CONNECTIONS_MAX,
    logger,
    onPool: (pool) => watch('requests', pool, CONNECTIONS_MAX),
  });

  const metrics = webhookMetrics(registry);
  waitingGauges(registry, database, systemClock);
  const webhooks = new WebhookTable(database, rowsMax);
  const deliveries = new DeliveryTable(database);
  const answers = new StoredAnswers(database, systemClock);
  const targets = new Targets(config.WEBHOOKS_NETWORKS);
  const sender = new Sender(targets, config.MO_VERSION);
  const dispatcher = new Dispatcher({
    lanes: new Lanes(database),
    sender,
    pauseMs: pausesMs,
    active: () => webhooks.active(),
    receiverOf: (id) => webhooks.receiverOf(id),
    onGone: async (id, receiver) => {
      const isDisabled = await webhooks.disable(id, receiver, 'its receiver answered 410');
      if (isDisabled) metrics.disabled.inc();
      return isDisabled;
    },
    onBusy: (id, receiver, ms) => webhooks.pause(id, receiver, ms),
    onGivenUp: () => metrics.givenUp.inc(),
    onAttempt: (what) => metrics.attempts.inc({ what }),
    tracer: tracing.tracer,
    clock: systemClock,
    logger,
  });
  const wake = () => dispatcher.wake();
  const onWaived = (customerId: number, { stream, versions: [first, last], why }: Waiver) => {
    if (why === 'before') return;
    metrics.waived.inc({ stream }, last - first + 1);
    logger.error({ customerId, stream, first, last, why }, 'stopped waiting for missing events');
  };
  const intake = new Intake({ database, onTaken: wake, onWaived });
  const observe = (peer: string, outcome: string, seconds: number) =>
    metrics.peerCalls.observe({ peer, outcome }, seconds);
  // `true`: fields of events that this version doesn't know are kept and passed on to receivers.
  const peers = new HttpPeers(urls, identity, observe, true);
  const fetcher = new Fetcher({ intake, peers, clock: systemClock, logger });
  const recall = new Recall({ intake, peers, clock: systemClock, logger });
  const kafka = kafkaOverKafkajs(`mo-${NAME}-${randomUUID().slice(0, 8)}`, brokers, logger);
  const subscriber = new Subscriber({
    topicPrefix: config.TOPIC_PREFIX,
    kafka,
    clock: systemClock,
    logger,
    take: (events) => intake.take(events),
    onUnfit: (stream) => metrics.unfit.inc({ stream }),
  });
  const sweeper = new Sweeper({
    intake,
    peers,
    lease: new Lease(database, processName(), SWEEP_LEASE_MS, 'sweep_lease'),
    groups: kafka,
    group: groupOf(config.TOPIC_PREFIX),
    topicPrefix: config.TOPIC_PREFIX,
    onSwept: (stream, events) => metrics.swept.inc({ stream }, events),
    clock: systemClock,
    logger,
  });
  const joined = 'Whether the consumer is a member of its group';
  gaugeOfMany(registry, 'mo_kafka_connected', joined, ['client'], (connected) =>
    connected.set({ client: 'events' }, subscriber.isConnected ? 1 : 0),
  );
  const lag = new LagGauges({
    group: groupOf(config.TOPIC_PREFIX),
    follows: STREAMS,
    topicPrefix: config.TOPIC_PREFIX,
    groups: kafka,
    countBehind: () => intake.countWaiting(),
    // Every process may report the lag, because all report the same values.
    isLeader: () => true,
    clock: systemClock,
    logger,
    registry,
  });
  const housekeeping = new Housekeeping({ webhooks, deliveries, answers, clock: systemClock, logger });

  const server = createServer({
    logger,
    registry,
    notReady: () => (notice.isGiven ? 'stopping' : (startup.reason ?? whyUnreachable(database))),
    explain: databaseProblem,
    takesMux: true,
    admission,
    tracer: tracing.tracer,
  });
  const notice = new Notice(server.server);
  const startup = new Startup(server);
  const serve = routesOf(server, { isKeyUsed: (key) => answers.isUsed(key), catchUp: async () => {} });
  const wakeAll = () => {
    wake();
    housekeeping.wake();
  };
  webhookRoutes({ serve, webhooks, deliveries, answers, targets, wake: wakeAll });

  return {
    server,
    admission,
    logger,
    start: () =>
      startup.run(async () => {
        await migrateAtStart(startup, NAME, connection, { migrations, indexes }, logger);
        for (const part of [subscriber, fetcher, recall, sweeper, lag, dispatcher, housekeeping]) part.start();
      }),
    steps: [
      { name: 'readiness', stop: () => notice.give() },
      { name: 'server', stop: () => server.close(), timeoutMs: DRAIN_TIMEOUT_MS },
      { name: 'subscriber', stop: () => subscriber.stop() },
      { name: 'rounds', stop: () => Promise.all([lag, fetcher, recall].map((part) => part.stop())) },
      { name: 'sweeper', stop: () => sweeper.stop() },
      { name: 'peers', stop: () => peers.close() },
      { name: 'dispatcher', stop: () => dispatcher.stop(), timeoutMs: DISPATCHER_STOP_MS },
      { name: 'housekeeping', stop: () => housekeeping.stop() },
      { name: 'sender', stop: () => sender.close() },
      { name: 'database', stop: () => database.close() },
      { name: 'traces', stop: () => tracing.stop() },
      { name: 'identity', stop: () => identity?.stop() },
    ],
  };
}

/** Time for the attempts under way to finish. */
const DISPATCHER_STOP_MS = 20_000;
