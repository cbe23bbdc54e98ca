/** The plan of a stack: the processes of each service, with their ports and environments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Detour } from '../detour.ts';
import { freePort, keepPorts, type NeededPort, portFrom } from '../ports.ts';
import type { Choice } from '../servers/choose.ts';
import { type DatabaseUrls, databaseOwners } from '../servers/databases.ts';
import { identityDirOf } from './identities.ts';
import type { Replicas } from './replicas.ts';

export type ServiceName = (typeof serviceNames)[number];
/** In stop order: callers before the services that they call. */
export const serviceNames = ['gateway', ...databaseOwners, 'webhooks'] as const;

/** Below the ephemeral port range (from 32768), so that a port stays free during a restart of its program. */
const defaultPorts = {
  gateway: 8080,
  customers: 8081,
  loans: 8082,
  payments: 8083,
  webhooks: 8084,
  postgres: 15_432,
  kafka: 19_092,
};
/** The distance between the ports of consecutive processes of a service. */
const replicaPortStep = 10;
const localhost = '127.0.0.1';

/** The folder of the whole repository. */
export const rootDir = fileURLToPath(new URL('../../../..', import.meta.url));

/** The version of all processes. */
const { version } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')) as { version: string };

/** One process of a service. */
export interface ReplicaPlan {
  service: ServiceName;
  /** Such as `loans` for the first process and `loans-2` for the second. */
  name: string;
  port: number;
  /** The URL for operators. */
  url: string;
  /** The TLS URL for calls by the gateway and the other services; null for the gateway itself. */
  apiUrl: string | null;
}

export interface Plan {
  /** The choice of servers; absent if they already run. */
  choice?: Choice;
  replicas: ReplicaPlan[];
  servers: { postgres: number; kafka: number };
  /** All ports that have to be free. */
  needed: NeededPort[];
}

const variableOf = (name: string) => `${name.toUpperCase()}_PORT`;
const tlsVariableOf = (name: string) => `${name.toUpperCase()}_TLS_PORT`;

/**
 * Uses the ports of the environment, or the default ports, and free ports for TLS.
 *
 * @throws Error if two ports are the same
 */
export async function fixedPlan(env: NodeJS.ProcessEnv, counts: Replicas, choice: Choice): Promise<Plan> {
  const firstPort = (name: keyof typeof defaultPorts) => portFrom(env, variableOf(name), defaultPorts[name]);
  const servers = { postgres: firstPort('postgres'), kafka: firstPort('kafka') };
  const wanted = serviceNames.flatMap((service) => {
    const tls = portFrom(env, tlsVariableOf(service), 0);
    return Array.from({ length: countOf(service, counts) }, (_, index) => {
      const offset = index * replicaPortStep;
      return { service, index, port: firstPort(service) + offset, tls: tls ? tls + offset : null };
    });
  });
  keepPorts([
    servers.postgres,
    servers.kafka,
    servers.kafka + 1,
    ...wanted.flatMap(({ port, tls }) => [port, tls ?? port]),
  ]);
  const replicas: ReplicaPlan[] = [];
  for (const { service, index, port, tls } of wanted)
    replicas.push(replicaPlan(service, index, port, tls ?? (await freePort()), env));
  const needed = [...replicas.flatMap((replica) => neededByReplica(replica, env)), ...neededByServers(servers, choice)];
  refuseDuplicates(needed);
  return { replicas, servers, needed };
}

/** Free ports for everything. */
export async function freePlan(env: NodeJS.ProcessEnv, counts: Replicas): Promise<Plan> {
  const replicas: ReplicaPlan[] = [];
  for (const service of serviceNames)
    for (let index = 0; index < countOf(service, counts); index++)
      replicas.push(replicaPlan(service, index, await freePort(), await freePort(), env));
  return { replicas, servers: { postgres: await freePort(), kafka: await freePort(2) }, needed: [] };
}

/** Inputs to the environments of all processes, in addition to the plan. */
export interface EnvironmentInputs {
  env: NodeJS.ProcessEnv;
  /** The stack's folder. */
  dir: string;
  brokers: string[];
  databases: DatabaseUrls;
  keysFile: string;
}

/** The environment of each process: the supervisor's, plus the addresses of the servers and of the other services. */
export async function environmentsOf(
  plan: Plan,
  inputs: EnvironmentInputs,
  detour: Detour = async ({ port }) => port,
): Promise<Map<ReplicaPlan, NodeJS.ProcessEnv>> {
  const environments = new Map<ReplicaPlan, NodeJS.ProcessEnv>();
  for (const replica of plan.replicas) environments.set(replica, await environmentOf(replica, plan, inputs, detour));
  return environments;
}

async function environmentOf(
  replica: ReplicaPlan,
  plan: Plan,
  { env, dir, brokers, databases, keysFile }: EnvironmentInputs,
  detour: Detour,
): Promise<NodeJS.ProcessEnv> {
  const viaDetour = async (to: string, url: string) => {
    const port = await detour({ from: replica.name, to, port: Number(new URL(url).port) });
    return url.replace(/:\d+(?=\/|$)/, `:${port}`);
  };
  const urlsOf = async (service: ServiceName) => {
    const processes = plan.replicas.filter((other) => other.service === service);
    const urls = processes.map(async ({ name, apiUrl }) =>
      apiUrl === null || service === replica.service ? apiUrl : viaDetour(name, apiUrl),
    );
    return (await Promise.all(urls)).join(',');
  };
  const { service } = replica;
  const url = databases[service];
  const database = url === undefined ? undefined : await viaDetour('postgres', url);
  return {
    MO_VERSION: version,
    ...env,
    // Only the gateway may be opened to other machines: operators of the services are on this one.
    HOST: service === 'gateway' ? env.HOST || localhost : localhost,
    PORT: String(replica.port),
    TLS_PORT: replica.apiUrl === null ? undefined : new URL(replica.apiUrl).port,
    IDENTITY_DIR: identityDirOf(dir, service),
    KAFKA_BROKERS: brokers.join(','),
    CUSTOMERS_URL: await urlsOf('customers'),
    LOANS_URL: await urlsOf('loans'),
    PAYMENTS_URL: await urlsOf('payments'),
    WEBHOOKS_URL: await urlsOf('webhooks'),
    ...secretsOf(service, database, keysFile),
  };
}

/** Each service gets the URL of its own database only; API keys are for the gateway only. */
function secretsOf(service: ServiceName, database: string | undefined, keysFile: string): NodeJS.ProcessEnv {
  const own = Object.fromEntries(
    serviceNames.map((owner) => [`${owner.toUpperCase()}_DATABASE_URL`, owner === service ? database : undefined]),
  );
  return { ...own, API_KEYS: undefined, API_KEYS_FILE: service === 'gateway' ? keysFile : undefined };
}

/** The file that a service is started from. */
export function mainOf(service: ServiceName): string {
  return join(rootDir, 'services', service, 'src/main.ts');
}

function countOf(service: ServiceName, counts: Replicas): number {
  return service === 'gateway' ? 1 : counts[service];
}

function replicaPlan(
  service: ServiceName,
  index: number,
  port: number,
  tlsPort: number,
  env: NodeJS.ProcessEnv,
): ReplicaPlan {
  const name = index === 0 ? service : `${service}-${index + 1}`;
  if (service === 'gateway') {
    const url = `http://${reachableHost(env.HOST || localhost)}:${port}`;
    return { service, name, port, url, apiUrl: null };
  }
  return { service, name, port, url: `http://${localhost}:${port}`, apiUrl: `https://${localhost}:${tlsPort}` };
}

/** A host that means all interfaces is reached at 127.0.0.1. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return localhost;
  return host.includes(':') ? `[${host}]` : host;
}

function neededByReplica({ service, name, port, apiUrl }: ReplicaPlan, env: NodeJS.ProcessEnv): NeededPort[] {
  const needed = [{ port, purpose: name, variable: variableOf(service) }];
  if (apiUrl === null) return needed.map((entry) => ({ ...entry, host: env.HOST || localhost }));
  return [
    ...needed,
    { port: Number(new URL(apiUrl).port), purpose: `TLS of ${name}`, variable: tlsVariableOf(service) },
  ];
}

function neededByServers(ports: Plan['servers'], choice: Choice): NeededPort[] {
  const needed: NeededPort[] = [];
  if (choice.postgres.kind !== 'environment')
    needed.push({ port: ports.postgres, purpose: 'PostgreSQL', variable: 'POSTGRES_PORT' });
  if (choice.kafka.kind !== 'environment') {
    needed.push({ port: ports.kafka, purpose: 'Kafka', variable: 'KAFKA_PORT' });
    needed.push({ port: ports.kafka + 1, purpose: "Kafka's controller (KAFKA_PORT + 1)", variable: 'KAFKA_PORT' });
  }
  return needed;
}

function refuseDuplicates(needed: readonly NeededPort[]) {
  for (const [index, { port, purpose, variable }] of needed.entries()) {
    const other = needed.slice(0, index).find((earlier) => earlier.port === port);
    if (other)
      throw new Error(
        `port ${port} is assigned to both ${other.purpose} and ${purpose}: set ${variable} to another one`,
      );
  }
}
