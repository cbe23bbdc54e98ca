/** The processes whose CPU and memory are measured: those that serve requests, and the load generator. */
import type { StackFile } from '@mo/dev-stack';

export const PROCESSES = ['gateway', 'customers', 'loans', 'payments', 'postgres', 'kafka', 'load'] as const;
export type ProcessName = (typeof PROCESSES)[number];
/** One figure for each process. */
export type PerProcess = Record<ProcessName, number>;

/** The processes that run our code. */
export const OURS: readonly ProcessName[] = ['gateway', 'customers', 'loans', 'payments'];

/** Our processes, and PostgreSQL. */
export const SYSTEM: readonly ProcessName[] = [...OURS, 'postgres'];

/** The pids by process: several if a service has replicas. For PostgreSQL, the postmaster's. */
export type Pids = Readonly<Record<ProcessName, readonly number[]>>;

/** The current pids; none where a process does not run, or belongs to another user. */
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

/** Builds the same figure for each process. */
export function perProcess(figure: (name: ProcessName) => number): PerProcess {
  return Object.fromEntries(PROCESSES.map((name) => [name, figure(name)])) as PerProcess;
}

/** The sum over the named processes. */
export const sumOf = (figures: Readonly<PerProcess>, names: readonly ProcessName[]): number =>
  names.reduce((sum, name) => sum + figures[name], 0);
