/**
 * What a run measures: servers of its own with fsync on, the system as it is shipped, a bare system behind a gateway of its
 * own, and databases for the controls. All of it is on the same servers, and ends with the run.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Servers, type Stack, startServers, startStack } from '@mo/dev-stack';
import type { Target } from '@mo/load';
import { connect } from './connect.ts';
import { DATABASE_VARIABLE, TOPIC_VARIABLE } from './skeleton/parts.ts';

const TOPIC_PREFIX = 'mo';
const ANSWER_MS_MAX = 60_000;

/** The run's own servers, whatever this environment names. */
const OWN_SERVERS = {
  MO_SERVERS: 'embedded',
  KAFKA_BROKERS: '',
  CUSTOMERS_DATABASE_URL: '',
  LOANS_DATABASE_URL: '',
  PAYMENTS_DATABASE_URL: '',
};
const GATEWAY_MAIN = fileURLToPath(new URL('../../../services/gateway/src/main.ts', import.meta.url));
const skeletonMainOf = (service: string) =>
  service === 'gateway' ? GATEWAY_MAIN : fileURLToPath(new URL(`./skeleton/${service}-main.ts`, import.meta.url));

export interface UnderTest {
  readonly servers: Servers;
  readonly stack: Stack;
  readonly topicPrefix: string;
  /** A gateway like the system's, with nothing but a bare route behind it, and the skeleton of a payment. */
  readonly bare: Stack;
  /** Databases for the controls that are transactions, and for the skeleton, as their owner. */
  readonly controlsUrl: string;
  readonly skeletonUrl: string;
  stop(): Promise<void>;
}

export interface StackParts {
  /** Where all that is started keeps what it needs; deleted at the end, with servers of the run's own. */
  readonly dir: string;
  /** Servers that run already and go on running; by default the run has its own. */
  readonly servers?: Servers | undefined;
  readonly log: (line: string) => void;
}

/** Starts it all; rejects, having stopped all, where something can't be started. */
export async function startUnderTest({ dir, servers: given, log }: StackParts): Promise<UnderTest> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const env = { ...process.env, ...OWN_SERVERS };
    const servers = given ?? (await startServers({ dir, fsync: true, isTemporary: true, env, log }));
    if (given === undefined) stops.push(() => servers.stop());
    const topicPrefix = given === undefined ? TOPIC_PREFIX : `${TOPIC_PREFIX}-${process.pid}`;
    const named = { ...OWN_SERVERS, TOPIC_PREFIX: topicPrefix };
    const stack = await startStack({ dir: join(dir, 'stack'), servers, env: named, replicas: PLAIN, log });
    stops.push(() => stack.stop());
    const controlsUrl = await makeDatabase(servers, 'controls');
    const skeletonUrl = await makeDatabase(servers, 'skeleton');
    const bare = await startStack({
      dir: join(dir, 'bare'),
      servers,
      env: { ...OWN_SERVERS, [DATABASE_VARIABLE]: skeletonUrl, [TOPIC_VARIABLE]: skeletonTopic(topicPrefix) },
      replicas: PLAIN,
      mainOf: skeletonMainOf,
      log,
    });
    stops.push(() => bare.stop());
    return { servers, stack, topicPrefix, bare, controlsUrl, skeletonUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nobody is told by HTTP. */
const PLAIN = { webhooks: 0 };

/** One more system on the same servers, with so many processes of payments. All else is that which it is beside. */
export async function startReplicas(beside: UnderTest, dir: string, payments: number): Promise<UnderTest> {
  const { servers } = beside;
  const topicPrefix = `${beside.topicPrefix}-${payments}`;
  const env = { ...OWN_SERVERS, TOPIC_PREFIX: topicPrefix };
  const stack = await startStack({
    dir: join(dir, `stack-${payments}`),
    servers,
    env,
    replicas: { ...PLAIN, payments },
  });
  return { ...beside, stack, topicPrefix, stop: () => stack.stop() };
}

/** The topic of the skeleton's payments. */
export const skeletonTopic = (topicPrefix: string): string => `${topicPrefix}-skeleton`;

/** Where the load goes. */
export function targetOf(url: string, apiKey: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), apiKey };
}

async function makeDatabase({ postgres: { adminUrl } }: Servers, purpose: string): Promise<string> {
  if (adminUrl === null) throw new Error('the controls need a PostgreSQL server of which we are the owner');
  const client = await connect(adminUrl, ANSWER_MS_MAX);
  const name = `${purpose}_${process.pid}_${Date.now().toString(36)}`;
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
