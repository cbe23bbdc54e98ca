/** What a stack consists of: which processes of which services, on which ports, with which environment. */
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
/** In the order in which they are stopped: first who asks, then who answers. */
export const serviceNames = ['gateway', ...databaseOwners, 'webhooks'] as const;

/** Below 32768, from where on systems take the ports of outgoing connections: one of ours stays free while its program starts again. */
const defaultPorts = {
  gateway: 8080,
  customers: 8081,
  loans: 8082,
  payments: 8083,
  webhooks: 8084,
  postgres: 15_432,
  kafka: 19_092,
};
/** The second process of a service listens this much above the first, and so on. */
const replicaPortStep = 10;
const localhost = '127.0.0.1';

/** The folder of the whole repository. */
export const rootDir = fileURLToPath(new URL('../../../..', import.meta.url));

/** What all processes of a checkout are of. */
const { version } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')) as { version: string };

/** One process of a service. */
export interface ReplicaPlan {
  service: ServiceName;
  /** As `loans`, and `loans-2` for the second. */
  name: string;
  port: number;
  /** Where operators ask it. */
  url: string;
  /** Where the gateway and the services call it, over TLS; null for the gateway itself. */
  apiUrl: string | null;
}

export interface Plan {
  /** Where the servers come from; absent where they run already. */
  choice?: Choice;
  replicas: ReplicaPlan[];
  servers: { postgres: number; kafka: number };
  /** All ports that have to be free. */
  needed: NeededPort[];
}

const variableOf = (name: string) => `${name.toUpperCase()}_PORT`;
const tlsVariableOf = (name: string) => `${name.toUpperCase()}_TLS_PORT`;

/** Ports by default and by the environment, and free ones for TLS unless told; rejects if two are the same. */
export async function fixedPlan(env: NodeJS.ProcessEnv, counts: Replicas, choice: Choice): Promise<Plan> {
  const first = (name: keyof typeof defaultPorts) => portFrom(env, variableOf(name), defaultPorts[name]);
  const servers = { postgres: first('postgres'), kafka: first('kafka') };
  const wanted = serviceNames.flatMap((service) => {
    const tls = portFrom(env, tlsVariableOf(service), 0);
    return Array.from({ length: countOf(service, counts) }, (_, index) => {
      const above = index * replicaPortStep;
      return { service, index, port: first(service) + above, tls: tls ? tls + above : null };
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
  refuseTwice(needed);
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

/** What every process is told, beside the plan. */
export interface Given {
  env: NodeJS.ProcessEnv;
  /** The stack's folder. */
  dir: string;
  brokers: string[];
  databases: DatabaseUrls;
  keysFile: string;
}

/** The environment of each process: that of the supervisor, and what the services have to know of each other. */
export async function environmentsOf(
  plan: Plan,
  given: Given,
  detour: Detour = async ({ port }) => port,
): Promise<Map<ReplicaPlan, NodeJS.ProcessEnv>> {
  const environments = new Map<ReplicaPlan, NodeJS.ProcessEnv>();
  for (const replica of plan.replicas) environments.set(replica, await environmentOf(replica, plan, given, detour));
  return environments;
}

async function environmentOf(
  replica: ReplicaPlan,
  plan: Plan,
  { env, dir, brokers, databases, keysFile }: Given,
  detour: Detour,
): Promise<NodeJS.ProcessEnv> {
  const led = async (to: string, url: string) => {
    const port = await detour({ from: replica.name, to, port: Number(new URL(url).port) });
    return url.replace(/:\d+(?=\/|$)/, `:${port}`);
  };
  const urlsOf = async (service: ServiceName) => {
    const processes = plan.replicas.filter((other) => other.service === service);
    const urls = processes.map(async ({ name, apiUrl }) =>
      apiUrl === null || service === replica.service ? apiUrl : led(name, apiUrl),
    );
    return (await Promise.all(urls)).join(',');
  };
  const { service } = replica;
  const url = databases[service];
  const database = url === undefined ? undefined : await led('postgres', url);
  return {
    MO_VERSION: version,
    ...env,
    // Others have no business with the services: operators are on this machine.
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

/** A service gets its own database's URL and no other's. */
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
    const url = `http://${reachedAt(env.HOST || localhost)}:${port}`;
    return { service, name, port, url, apiUrl: null };
  }
  return { service, name, port, url: `http://${localhost}:${port}`, apiUrl: `https://${localhost}:${tlsPort}` };
}

/** A host that means all interfaces is reached at this one. */
function reachedAt(host: string): string {
  if (host === '0.0.0.0' || host === '::') return localhost;
  return host.includes(':') ? `[${host}]` : host;
}

function neededByReplica({ service, name, port, apiUrl }: ReplicaPlan, env: NodeJS.ProcessEnv): NeededPort[] {
  const needed = [{ port, purpose: name, variable: variableOf(service) }];
  if (apiUrl === null) return needed.map((one) => ({ ...one, host: env.HOST || localhost }));
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

function refuseTwice(needed: readonly NeededPort[]) {
  for (const [index, one] of needed.entries()) {
    const other = needed.slice(0, index).find(({ port }) => port === one.port);
    if (other)
      throw new Error(
        `port ${one.port} is wanted for ${other.purpose} and for ${one.purpose}: set ${one.variable} to another one`,
      );
  }
}
