/**
 * The stack under test: its own servers with fsync on, the system as shipped, a bare system behind its own gateway, and
 * databases for the controls. Everything uses the same servers, and stops at the end of the run.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Servers, type Stack, startServers, startStack } from '@mo/dev-stack';
import type { Target } from '@mo/load';
import { connect } from './connect.ts';
import { DATABASE_VARIABLE, TOPIC_VARIABLE } from './skeleton/parts.ts';

const TOPIC_PREFIX = 'mo';
const ANSWER_MS_MAX = 60_000;

/** Always the run's own servers, whatever the environment names. */
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
  /** A gateway like the system's in front of a bare route and the skeleton of a payment. */
  readonly bare: Stack;
  /** The owner's URL of the databases for the SQL controls and the skeleton. */
  readonly controlsUrl: string;
  readonly skeletonUrl: string;
  stop(): Promise<void>;
}

export interface StackParts {
  /** The working directory. A run with its own servers deletes it at the end. */
  readonly dir: string;
  /** Servers that already run, and keep running; by default the run starts its own. */
  readonly servers?: Servers | undefined;
  readonly log: (line: string) => void;
}

/** Starts everything. Rejects if a part can't be started, after stopping the others. */
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

/** Webhooks are off. */
const PLAIN = { webhooks: 0 };

/**
 * Starts an additional system on the same servers, with `payments` payments processes; otherwise equal to the base
 * system.
 */
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

/** The target of the load. */
export function targetOf(url: string, apiKey: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), apiKey };
}

async function makeDatabase({ postgres: { adminUrl } }: Servers, purpose: string): Promise<string> {
  if (adminUrl === null) throw new Error('the controls need a PostgreSQL server that this run owns');
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
