/** Samples /metrics of a stack's processes under load. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StackFile } from '@mo/dev-stack';

const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 10_000;
const MIB = 1024 * 1024;

/** The gauges of queues. */
const QUEUES = [
  'gateway_calls_under_way',
  'gateway_calls_waiting',
  'gateway_callers',
  'mo_write_queue_depth',
  'mo_reads_waiting',
  'mo_outbox_entries',
  'mo_outbox_age_seconds',
];

export interface Sample {
  readonly atMs: number;
  readonly residentMib: number;
  readonly heapMib: number;
  readonly cpuSeconds: number;
  /** By gauge; the series of a gauge with labels are summed. */
  readonly queues: ReadonlyMap<string, number>;
}

/** The samples by process. */
export type Samples = ReadonlyMap<string, Sample[]>;

/** The processes of the stack, with their URLs. */
export function processesOf(stack: StackFile): Map<string, string> {
  const services = (['customers', 'loans', 'payments'] as const).flatMap((service) =>
    stack[service].replicas.map(({ url }, place): [string, string] => [
      place === 0 ? service : `${service}-${place + 1}`,
      url,
    ]),
  );
  return new Map([['gateway', stack.gateway.url], ...services]);
}

/** Samples until the work is over. A process that doesn't answer in time is missing from that round. */
export async function sampled<T>(stack: StackFile, work: Promise<T>): Promise<{ result: T; samples: Samples }> {
  const samples = new Map([...processesOf(stack).keys()].map((name): [string, Sample[]] => [name, []]));
  const over = new AbortController();
  const rounds = (async () => {
    while (!over.signal.aborted) {
      await Promise.all(
        [...processesOf(stack)].map(async ([name, url]) => {
          const sample = await sampleOf(url);
          if (sample !== null) samples.get(name)?.push(sample);
        }),
      );
      await delay(INTERVAL_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  const result = await work.finally(() => over.abort());
  await rounds;
  return { result, samples };
}

async function sampleOf(url: string): Promise<Sample | null> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return readSample(await response.text());
  } catch {
    return null;
  }
}

function readSample(text: string): Sample {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{[^}]*\})? ([-+\d.e]+)$/i.exec(line);
    const [, name = '', value = ''] = match ?? [];
    values.set(name, (values.get(name) ?? 0) + Number(value));
  }
  const get = (name: string) => values.get(name) ?? Number.NaN;
  return {
    atMs: Date.now(),
    residentMib: get('process_resident_memory_bytes') / MIB,
    heapMib: get('nodejs_heap_size_used_bytes') / MIB,
    cpuSeconds: get('process_cpu_seconds_total'),
    queues: new Map(QUEUES.filter((name) => values.has(name)).map((name) => [name, get(name)])),
  };
}

export interface Growth {
  readonly firstMib: number;
  readonly secondMib: number;
  readonly lastMib: number;
  /** The slope of a straight line through all samples. */
  readonly mibPerMinute: number;
}

/** The means of a figure over the three thirds of the run. */
export function growthOf(samples: readonly Sample[], figure: 'residentMib' | 'heapMib'): Growth {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const values = samples.map((sample) => sample[figure]);
  return {
    firstMib: mean(values.slice(0, third)),
    secondMib: mean(values.slice(third, 2 * third)),
    lastMib: mean(values.slice(-third)),
    mibPerMinute: slope(samples.map((sample) => [sample.atMs / 60_000, sample[figure]])),
  };
}

/** The CPU of a process between its first and last sample, as a share of one core. */
export function cpuShareOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first === last) return Number.NaN;
  return ((last.cpuSeconds - first.cpuSeconds) / (last.atMs - first.atMs)) * 1000;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const upper = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  const lower = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return lower === 0 ? 0 : upper / lower;
}
