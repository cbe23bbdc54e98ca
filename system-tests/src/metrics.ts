/** Compares the metrics that processes expose for Prometheus with the documentation. */
import { readFileSync } from 'node:fs';

/** A metric's name with its type. */
export type Metrics = ReadonlyMap<string, string>;

/** The metrics that a process exposes. */
export async function exposedBy(url: string): Promise<Metrics> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name as string, type as string]),
  );
}

const DOCUMENT = new URL('../../docs/metrics.md', import.meta.url);

/** A row of the table in docs/metrics.md. */
export interface DocumentedMetric {
  /** A name, or a prefix that ends with `*`. */
  readonly name: string;
  readonly type: string;
  /** The processes that expose it. */
  readonly by: readonly string[];
}

const SERVICES = ['customers', 'loans', 'payments'];
const PROCESSES: Readonly<Record<string, readonly string[]>> = {
  all: ['gateway', ...SERVICES, 'webhooks'],
  gateway: ['gateway'],
  services: SERVICES,
  customers: ['customers'],
  webhooks: ['webhooks'],
};

/** The rows `| name | type | by | …` of the tables in docs/metrics.md. */
export function documentedMetrics(): DocumentedMetric[] {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `([\w*]+)`\S* \| (\w+) \| ([\w, ]+) \|/gm);
  return [...rows].map(([, name = '', type = '', by = '']) => ({
    name,
    type,
    by: by.split(', ').flatMap((kind) => PROCESSES[kind] ?? []),
  }));
}

/** Differences between a process's exposed and documented metrics, one line each. */
export function differencesIn(process: string, exposed: Metrics, documented: readonly DocumentedMetric[]): string[] {
  const expected = documented.filter(({ by }) => by.includes(process));
  const matches = ({ name }: DocumentedMetric, found: string) =>
    name.endsWith('*') ? found.startsWith(name.slice(0, -1)) : name === found;
  const undocumented = [...exposed].filter(
    ([name, type]) => !expected.some((row) => matches(row, name) && (row.name.endsWith('*') || row.type === type)),
  );
  const missing = expected.filter((row) => ![...exposed.keys()].some((name) => matches(row, name)));
  return [
    ...undocumented.map(([name, type]) => `${process} exposes the ${type} ${name}, which docs/metrics.md does not say`),
    ...missing.map(({ name }) => `docs/metrics.md says that ${process} exposes ${name}, and it does not`),
  ];
}
