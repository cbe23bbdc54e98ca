/** The capacity for a number of customers in the busiest hour, from the cost of each call. */
import { type Call, callNames, type Figures, PARTS, type Part } from './figures.ts';

export interface Workload {
  /** Customers who are active on a day. */
  readonly customersADay: number;
  /** Calls per active customer and day. */
  readonly calls: Readonly<Record<Call, number>>;
  /** The busiest hour's share of a day's calls. */
  readonly busiestHour: number;
}

export interface Settings {
  /** The highest planned utilisation of a process or server: the rest is headroom for peaks within the hour. */
  readonly utilisation: number;
  /** Partitions of each topic. */
  readonly partitions: number;
  /** Cores of the largest available server for a database or broker. */
  readonly serverCores: number;
  /** CPU of the relaying process per event, in µs; each service has one relay. */
  readonly relayUs: number;
  /** The load of the busiest replica as a multiple of the mean, with one replica per partition. */
  readonly skew: number;
}

export interface Need {
  readonly part: Part;
  /** Busy cores in the busiest hour, of all processes of the part together. */
  readonly cores: number;
  /** Processes of a service; servers for PostgreSQL (all databases together) and Kafka. */
  readonly processes: number;
}

/** A capacity limit. */
export interface Limit {
  readonly what: string;
  /** The number of customers per day at which the limit is reached. */
  readonly customersADay: number;
  readonly afterwards: string;
}

export interface Plan {
  /** Calls per second in the busiest hour. */
  readonly perSecond: Readonly<Record<Call, number>>;
  readonly needs: readonly Need[];
  /** In ascending order. */
  readonly limits: readonly Limit[];
}

const HOUR_S = 3_600;
const CPU_US_PER_CORE = 1_000_000;
/** The events in each stream per call; each loan is taken, and paid off once. */
const EVENTS: Readonly<Record<'customers' | 'loans' | 'payments', Partial<Record<Call, number>>>> = {
  customers: { registration: 1 },
  loans: { loan: 2 },
  payments: { payment: 1 },
};
const SERVICES = ['customers', 'loans', 'payments'] as const;
/** Whether a part runs on servers with many cores rather than in single-core processes. */
export const isServer = (part: Part): boolean => part === 'postgres' || part === 'kafka';

export function planFor(figures: Figures, workload: Workload, settings: Settings): Plan {
  const perSecond = Object.fromEntries(
    callNames.map((call) => [call, (workload.customersADay * workload.calls[call] * workload.busiestHour) / HOUR_S]),
  ) as Record<Call, number>;
  const coresOf = (part: Part) =>
    callNames.reduce((sum, call) => sum + (perSecond[call] * figures[call][part]) / CPU_US_PER_CORE, 0);
  const needs = PARTS.map((part): Need => {
    const cores = coresOf(part);
    const each = settings.utilisation * (isServer(part) ? settings.serverCores : 1);
    return { part, cores, processes: Math.max(1, Math.ceil(cores / each)) };
  });
  return { perSecond, needs, limits: limitsOf(needs, perSecond, workload, settings) };
}

function limitsOf(
  needs: readonly Need[],
  perSecond: Readonly<Record<Call, number>>,
  { customersADay }: Workload,
  { utilisation, partitions, serverCores, relayUs, skew }: Settings,
): Limit[] {
  /** The number of customers at which a resource, now used at `used`, is used at `end`. */
  const reached = (used: number, end: number) => (used === 0 ? Number.POSITIVE_INFINITY : (customersADay * end) / used);
  const coresOf = (part: Part) => needs.find((need) => need.part === part)?.cores ?? 0;
  const all = needs.reduce((sum, { cores }) => sum + cores, 0);
  const limits: Limit[] = [
    {
      what: `one machine of ${serverCores} cores with everything on it`,
      customersADay: reached(all, utilisation * serverCores),
      afterwards: 'separate machines for PostgreSQL, Kafka and the services',
    },
    {
      what: `one PostgreSQL server of ${serverCores} cores for all databases`,
      customersADay: reached(coresOf('postgres'), utilisation * serverCores),
      afterwards: 'a server for each database, then each database sharded by customer',
    },
    {
      what: `one broker of ${serverCores} cores`,
      customersADay: reached(coresOf('kafka'), utilisation * serverCores),
      afterwards: 'more brokers; partitions spread over them automatically',
    },
  ];
  for (const service of SERVICES) {
    const events = callNames.reduce((sum, call) => sum + perSecond[call] * (EVENTS[service][call] ?? 0), 0);
    limits.push({
      what: `the process that relays for ${service}`,
      customersADay: reached((events * relayUs) / CPU_US_PER_CORE, utilisation),
      afterwards: `the customers of ${service} sharded over several databases, each with a relay`,
    });
    limits.push({
      what: `${partitions} replicas of ${service}, one per partition`,
      customersADay: reached(coresOf(service), (utilisation * partitions) / skew),
      afterwards: 'more partitions: mo partitions raise',
    });
  }
  return limits.sort((one, other) => one.customersADay - other.customersADay);
}
