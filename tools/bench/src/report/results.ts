/** The results as JSON, for later comparison. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Lag } from '../measure/lag.ts';
import type { PerProcess } from '../measure/processes.ts';
import type { Rested } from '../measure/rested.ts';
import type { Row } from '../measure/row.ts';
import { meets, type Ratio } from './ratios.ts';

const MIB = 1024 * 1024;

export interface Results {
  readonly startedAt: Date;
  readonly seconds: number;
  readonly options: object;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly lag: Lag | null;
  readonly skeletonLag: Lag | null;
  readonly idleCpuShare: Readonly<PerProcess>;
  readonly rested: readonly Rested[];
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

/** The content of the file. A row that doesn't add up, or without any successful request, has no figures. */
export function resultsJson({ startedAt, rows, ratios, ...results }: Results): object {
  return {
    started_at: startedAt.toISOString(),
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model,
      memory_mib: Math.round(totalmem() / MIB),
      node: process.version,
    },
    ...results,
    rows: rows.map(rowJson),
    ratios: ratios.map((ratio) => ({
      ...ratio,
      met: ratio.value === null || ratio.bar === null ? null : meets(ratio.value, ratio.bar),
    })),
  };
}

function rowJson(row: Row): object {
  const { name, isControl, level, offered, verified } = row;
  const named = { name, control: isControl, load: level, offered_per_second: offered };
  if (!row.isSound) return { ...named, adds_up: false, faults: row.faults };
  const { outcome } = row;
  return {
    ...named,
    adds_up: true,
    rows_verified: verified?.rows,
    done: outcome.done,
    seconds: outcome.seconds,
    per_second: row.perSecond,
    per_second_of_slices: row.rates,
    latency_ms: {
      p50: row.latencyMs(0.5),
      p90: row.latencyMs(0.9),
      p99: row.latencyMs(0.99),
      p999: row.latencyMs(0.999),
    },
    errors: Object.fromEntries(outcome.errors),
    cpu_us_per_request: { ...row.cpuUs, system: row.systemCpuUs },
    settled_ms_max: row.settledMs,
    memory_peak_mib: row.peakMib,
  };
}

/** Replaces the file atomically: a reader sees the old results or the new ones, never a part. */
export function writeResults(path: string, results: object): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  writeFileSync(part, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(part, path);
}
