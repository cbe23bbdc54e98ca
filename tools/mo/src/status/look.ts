/** Queries the state of each part of a system, all concurrently, each with a timeout. */
import { SERVICE_NAMES, type ServiceName, STREAMS, type Stream, topicOf } from '@mo/contracts';
import type { DatabaseConnection } from '@mo/database';
import type { KafkaTarget } from '@mo/dead-letters';
import { kafkajsOptions, unreadOf } from '@mo/messaging';
import { Addresses, type Lookup } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { counted } from '../output/counted.ts';
import type { System } from '../target/system.ts';
import { samplesOf, sumOf } from './metrics.ts';

const TIMEOUT_MS = 5_000;
const RETRIES_MAX = 1;

export interface PartState {
  /** Such as `loans`, `loans-2` for the second process, `postgres/loans`, or `kafka`. */
  readonly part: string;
  /** `attention`: it works, but an operator should look at it. */
  readonly state: 'ready' | 'attention' | 'not ready' | 'not reached';
  readonly version: string | null;
  readonly where: string;
  /** Such as the work that waits, or why the part is not ready. */
  readonly details: string;
}

interface Replica {
  readonly name: string;
  readonly url: string;
}

/** The progress of a follower on a topic. */
export interface FollowerLag {
  readonly follower: ServiceName;
  readonly topic: string;
  /** Events that it has not consumed yet; null if it never consumed any. */
  readonly events: number | null;
}

export interface Status {
  readonly parts: readonly PartState[];
  readonly lags: readonly FollowerLag[];
}

/**
 * @param lookup finds all addresses of a name; by default the resolver of this machine
 * @param timeoutMs of each query
 */
export async function look(
  { gatewayUrl, processes, databases, kafka }: System,
  lookup?: Lookup,
  timeoutMs = TIMEOUT_MS,
): Promise<Status> {
  const named = (
    await Promise.all(SERVICE_NAMES.map((service) => replicasOf(service, processes[service], lookup)))
  ).flat();
  const followers = SERVICE_NAMES.filter((service) => service !== 'webhooks' || processes[service].length > 0);
  const [ofProcesses, ofDatabases, ofKafka] = await Promise.all([
    Promise.all(
      [{ name: 'gateway', url: gatewayUrl }, ...named].map(({ name, url }) => lookAtProcess(name, url, timeoutMs)),
    ),
    Promise.all(
      databases === null ? [] : STREAMS.map((stream) => lookAtDatabase(stream, databases[stream], timeoutMs)),
    ),
    kafka === null ? { parts: [], lags: [] } : lookAtKafka(kafka, followers, timeoutMs),
  ]);
  return { parts: [...ofProcesses, ...ofDatabases, ...ofKafka.parts], lags: ofKafka.lags };
}

/** Every process of a service. A name may resolve to several processes, of which only one relays and audits. */
async function replicasOf(service: ServiceName, origins: readonly string[], lookup?: Lookup): Promise<Replica[]> {
  const addresses = new Addresses(origins, lookup);
  await addresses.start();
  addresses.stop();
  return addresses.current.map((url, place) => ({ name: place === 0 ? service : `${service}-${place + 1}`, url }));
}

async function lookAtProcess(part: string, url: string, timeoutMs: number): Promise<PartState> {
  try {
    const get = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
    const [ready, metrics] = await Promise.all([get('/readyz'), get('/metrics').then((response) => response.text())]);
    const { reason } = (await ready.json()) as { reason?: string };
    const version = samplesOf(metrics, 'mo_build_info')[0]?.labels.version ?? null;
    const { details, isWell } = detailsOf(metrics);
    if (!ready.ok)
      return { part, state: 'not ready', version, where: url, details: reason ?? `it answers ${ready.status}` };
    return { part, state: isWell ? 'ready' : 'attention', version, where: url, details };
  } catch (error) {
    return { part, state: 'not reached', version: null, where: url, details: whyOf(error) };
  }
}

/** The metrics in the details of a process. With `isTrouble`, any value above 0 needs attention. */
const GAUGES = [
  { metric: 'gateway_callers', noun: 'caller', isTrouble: false },
  { metric: 'mo_write_queue_depth', noun: 'waiting write', isTrouble: false },
  { metric: 'mo_outbox_entries', noun: 'unsent event', isTrouble: false },
  { metric: 'mo_outbox_parked', noun: 'refused event', isTrouble: true },
  { metric: 'mo_quarantined', noun: 'quarantined event', isTrouble: true },
  { metric: 'mo_webhook_pending', noun: 'undelivered message', isTrouble: false },
  { metric: 'mo_reconcile_differences', noun: 'difference', isTrouble: true },
] as const;

function detailsOf(metrics: string): { details: string; isWell: boolean } {
  const readings = GAUGES.map((gauge) => ({ ...gauge, value: sumOf(metrics, gauge.metric) ?? 0 }));
  const seconds = sumOf(metrics, 'mo_outbox_age_seconds') ?? 0;
  const shown = readings.filter(({ value }) => value > 0).map(({ value, noun }) => counted(value, noun));
  if (seconds > 0) shown.push(`the oldest for ${seconds.toFixed(1)} s`);
  return { details: shown.join(', '), isWell: readings.every(({ isTrouble, value }) => !isTrouble || value === 0) };
}

async function lookAtDatabase(stream: Stream, { url, tls }: DatabaseConnection, timeoutMs: number): Promise<PartState> {
  const part = `postgres/${stream}`;
  const { host, pathname } = new URL(url);
  const where = `${host}${pathname}`;
  const client = new pg.Client({
    connectionString: url,
    ssl: tls ?? false,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'mo-status',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; size: string }>(
      `SELECT current_setting('server_version') AS version, pg_size_pretty(pg_database_size(current_database())) AS size`,
    );
    const [{ version, size } = { version: null, size: '' }] = rows;
    return { part, state: 'ready', version: version?.split(' ')[0] ?? null, where, details: size };
  } catch (error) {
    return { part, state: 'not reached', version: null, where, details: whyOf(error) };
  } finally {
    await client.end().catch(() => {});
  }
}

async function lookAtKafka(
  { kafka, topicPrefix }: KafkaTarget,
  followers: readonly ServiceName[],
  timeoutMs: number,
): Promise<Status> {
  const admin = new kafkajs.Kafka({
    clientId: 'mo-status',
    ...kafkajsOptions(kafka),
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    retry: { retries: RETRIES_MAX },
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  const part = { part: 'kafka', version: null, where: kafka.brokers.join(',') };
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    const topics = STREAMS.map((stream) => topicOf(topicPrefix, stream));
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0)
      return { parts: [{ ...part, state: 'attention', details: `no topic ${missing.join(', ')}` }], lags: [] };
    const count = cluster.brokers.length;
    const details = `${count} broker${count === 1 ? '' : 's'}`;
    return { parts: [{ ...part, state: 'ready', details }], lags: await lagsOf(admin, topicPrefix, followers) };
  } catch (error) {
    return { parts: [{ ...part, state: 'not reached', details: whyOf(error) }], lags: [] };
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function lagsOf(
  admin: kafkajs.Admin,
  topicPrefix: string,
  followers: readonly ServiceName[],
): Promise<FollowerLag[]> {
  const lags: FollowerLag[] = [];
  for (const follower of followers) {
    const topics = STREAMS.filter((stream) => stream !== follower).map((stream) => topicOf(topicPrefix, stream));
    const unread = await unreadOf(admin, `${topicPrefix}.${follower}`, topics);
    for (const [topic, events] of unread)
      lags.push({ follower, topic, events: events === null ? null : Number(events) });
  }
  return lags;
}

function whyOf(error: unknown): string {
  const { message, cause, code } = error as {
    message?: string;
    code?: string;
    cause?: { message?: string; code?: string };
  };
  return cause?.message || cause?.code || message || code || 'no answer';
}
