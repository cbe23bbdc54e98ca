/** Whose CPU and memory is measured: the processes that work for a request, and the load generator itself. */
import type { StackFile } from '@mo/dev-stack';

export const PROCESSES = ['gateway', 'customers', 'loans', 'payments', 'postgres', 'kafka', 'load'] as const;
export type ProcessName = (typeof PROCESSES)[number];
/** One figure of each process. */
export type PerProcess = Record<ProcessName, number>;

/** The processes that are ours. */
export const OURS: readonly ProcessName[] = ['gateway', 'customers', 'loans', 'payments'];

/** Those, and PostgreSQL. */
export const SYSTEM: readonly ProcessName[] = [...OURS, 'postgres'];

/** The pids of each: several where a service has replicas. PostgreSQL's is the postmaster's. */
export type Pids = Readonly<Record<ProcessName, readonly number[]>>;

/** Where everything runs now; no pid where a process is not there, or not ours to look at. */
export function pidsOf(stack: StackFile): Pids {
  const known = (...pids: readonly (number | null)[]): number[] => pids.filter((pid) => pid !== null);
  const service = (name: 'customers' | 'loans' | 'payments') => known(...stack[name].replicas.map(({ pid }) => pid));
  return {
    gateway: known(stack.gateway.pid),
    customers: service('customers'),
    loans: service('loans'),
    payments: service('payments'),
    postgres: known(stack.postgres.pid),
    kafka: known(stack.kafka.pid),
    load: [process.pid],
  };
}

/** The same for each process. */
export function perProcess(figure: (name: ProcessName) => number): PerProcess {
  return Object.fromEntries(PROCESSES.map((name) => [name, figure(name)])) as PerProcess;
}

/** The sum over some of them. */
export const sumOf = (figures: Readonly<PerProcess>, names: readonly ProcessName[]): number =>
  names.reduce((sum, name) => sum + figures[name], 0);
