/** What so many customers need at their busiest, from what each of their calls costs. */
import { type Call, callNames, type Figures, PARTS, type Part } from './figures.ts';

export interface Workload {
  /** Who do something on a day. */
  readonly customersADay: number;
  /** Calls of one of them on that day. */
  readonly calls: Readonly<Record<Call, number>>;
  /** The share of a day's calls that comes in its busiest hour. */
  readonly busiestHour: number;
}

export interface Settings {
  /** How busy a process, or a server, should be at most: what is left is for the moments above the hour's mean. */
  readonly utilisation: number;
  /** Partitions of each topic. */
  readonly partitions: number;
  /** Cores of the largest server that a database, or a broker, may have. */
  readonly serverCores: number;
  /** CPU of the process that relays for one event, in µs: there is one such process a service. */
  readonly relayUs: number;
  /** How much more than the mean the busiest replica gets, where there are as many as partitions. */
  readonly skew: number;
}

export interface Need {
  readonly part: Part;
  /** Busy cores at the busiest hour, of all processes of that part together. */
  readonly cores: number;
  /** Processes of a service; servers of PostgreSQL (all databases together) and Kafka. */
  readonly processes: number;
}

/** Something that has an end, and how far it is. */
export interface Limit {
  readonly what: string;
  /** How many customers a day take it to its end. */
  readonly customersADay: number;
  readonly afterwards: string;
}

export interface Plan {
  /** Calls a second in the busiest hour. */
  readonly perSecond: Readonly<Record<Call, number>>;
  readonly needs: readonly Need[];
  /** The nearest first. */
  readonly limits: readonly Limit[];
}

const HOUR_S = 3_600;
const CPU_US_PER_CORE = 1_000_000;
/** The events of each stream that a call makes; a loan is taken, and paid off once. */
const EVENTS: Readonly<Record<'customers' | 'loans' | 'payments', Partial<Record<Call, number>>>> = {
  customers: { registration: 1 },
  loans: { loan: 2 },
  payments: { payment: 1 },
};
const SERVICES = ['customers', 'loans', 'payments'] as const;
/** Whether a part is on servers of many cores, and not in processes of one. */
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
  /** Customers at which something that is used so much now is used up to `end`. */
  const reached = (used: number, end: number) => (used === 0 ? Number.POSITIVE_INFINITY : (customersADay * end) / used);
  const coresOf = (part: Part) => needs.find((need) => need.part === part)?.cores ?? 0;
  const all = needs.reduce((sum, { cores }) => sum + cores, 0);
  const limits: Limit[] = [
    {
      what: `one machine of ${serverCores} cores with everything on it`,
      customersADay: reached(all, utilisation * serverCores),
      afterwards: 'PostgreSQL, Kafka and the services on machines of their own',
    },
    {
      what: `one PostgreSQL server of ${serverCores} cores for all databases`,
      customersADay: reached(coresOf('postgres'), utilisation * serverCores),
      afterwards: 'a server for each database, then each database spread by customer over several',
    },
    {
      what: `one broker of ${serverCores} cores`,
      customersADay: reached(coresOf('kafka'), utilisation * serverCores),
      afterwards: 'more brokers; partitions spread over them by themselves',
    },
  ];
  for (const service of SERVICES) {
    const events = callNames.reduce((sum, call) => sum + perSecond[call] * (EVENTS[service][call] ?? 0), 0);
    limits.push({
      what: `the process that relays for ${service}`,
      customersADay: reached((events * relayUs) / CPU_US_PER_CORE, utilisation),
      afterwards: `the customers of ${service} divided among several databases, each with a relay`,
    });
    limits.push({
      what: `${partitions} replicas of ${service}, one a partition`,
      customersADay: reached(coresOf(service), (utilisation * partitions) / skew),
      afterwards: 'more partitions: mo partitions raise',
    });
  }
  return limits.sort((one, other) => one.customersADay - other.customersADay);
}
