/** One service's real app on a real database and broker, with stand-ins for the services that it follows. */
import { randomUUID } from 'node:crypto';
import { STREAMS, type Stream } from '@mo/contracts';
import { SILENCE_MS_MAX } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { type App, createLogger } from '@mo/service-kit';
import { kafkaOverKafkajs } from '../kafka/kafkajs.ts';
import type { Kafka } from '../kafka/port.ts';
import { type StandstillWatch, watchStandstill } from './standstill.ts';
import { StreamOwner } from './stream-owner.ts';

/** So long that the audit, which pulls too, doesn't run: a test sees only the pulls that it causes itself. */
const AUDIT_INTERVAL_MS = 3_600_000;
/** How often a call is sent at most, because this process stood still each time. */
export const SENDS_MAX = 10;

export interface ServiceUnderTest {
  readonly app: App;
  /** Stand-ins for the other two services. */
  readonly owners: Readonly<Record<Stream, StreamOwner>>;
  readonly topicPrefix: string;
  readonly kafka: Kafka;
  readonly databaseUrl: string;
  /** Another process of the same service. */
  startReplica(): Promise<App>;
  /** Stops one process of the service gracefully. */
  stopReplica(app: App): Promise<void>;
  stop(): Promise<void>;
}

/** The configuration that all processes under test share: any free port, no log, and the broker of the tests. */
export const processConfigFor = (topicPrefix: string) => ({
  HOST: '127.0.0.1',
  PORT: 0,
  LOG_LEVEL: 'silent' as const,
  KAFKA_BROKERS: [...testServers().brokers],
  KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT' as const,
  TOPIC_PREFIX: topicPrefix,
});

/**
 * @param createApp the service's own; it gets the configuration that the environment would give it
 * @param more configuration that overrides the defaults
 */
export async function startServiceUnderTest<Config>(
  own: Stream,
  createApp: (config: Config) => Promise<App>,
  more: Partial<Config> = {},
): Promise<ServiceUnderTest> {
  const servers = testServers();
  const databaseUrl = (await servers.createDatabases(own))[own];
  const topicPrefix = `${own}-${randomUUID().slice(0, 8)}`;
  const entries = await Promise.all(STREAMS.map(async (stream) => [stream, await StreamOwner.start(stream)] as const));
  const owners = Object.fromEntries(entries) as Record<Stream, StreamOwner>;
  const config = {
    ...processConfigFor(topicPrefix),
    AUDIT_INTERVAL_MS,
    [`${own.toUpperCase()}_DATABASE_URL`]: databaseUrl,
    ...Object.fromEntries(STREAMS.map((stream) => [`${stream.toUpperCase()}_URL`, [owners[stream].origin]])),
    ...more,
  } as Config;
  const apps = new Set<App>();
  const startReplica = async () => {
    const app = await createApp(config);
    apps.add(app);
    await app.start();
    return app;
  };
  const stopReplica = async (app: App) => {
    apps.delete(app);
    for (const step of app.steps) await step.stop();
  };
  return {
    app: await startReplica(),
    owners,
    topicPrefix,
    kafka: kafkaOverKafkajs('test', servers, createLogger('test', 'silent')),
    databaseUrl,
    startReplica,
    stopReplica,
    stop: async () => {
      for (const app of apps) await stopReplica(app);
      for (const owner of Object.values(owners)) await owner.close();
    },
  };
}

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

/**
 * Sends a request to an app, which need not listen on a port. A 503 is returned only if this process ran all the time:
 * while it stands still, calls exceed the limits on their age, although the service could answer them. After
 * {@link SILENCE_MS_MAX} the connection to the database may have been given up, and a write may have succeeded
 * nevertheless: its 503 is returned, too.
 */
export async function send<Body>(
  app: Pick<App, 'server'>,
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
  watching: () => StandstillWatch = watchStandstill,
): Promise<Reply<Body>> {
  const request = { method, url, headers, ...(payload === undefined ? {} : { payload }) };
  for (let sends = 1; ; sends += 1) {
    const watch = watching();
    try {
      const { statusCode: status, body: text, headers: given } = await app.server.inject(request);
      const isUndone = method === 'GET' || watch.ms() < SILENCE_MS_MAX;
      if (status === 503 && watch.hasStood() && isUndone && sends < SENDS_MAX) continue;
      return { status, body: JSON.parse(text) as Body, text, headers: given };
    } finally {
      watch.end();
    }
  }
}

/** The number of replies per problem code, or per status for replies without a problem: `['201 × 2', …]`. */
export function tally(replies: readonly { status: number; body: { code?: string } }[]): string[] {
  const groups = Object.groupBy(replies, (reply) => reply.body.code ?? String(reply.status));
  return Object.entries(groups)
    .map(([code, list]) => `${code} × ${list?.length}`)
    .sort();
}
