/** The printed table: one line per scenario or control and load, followed by the target ratios. */
import type { Lag, LagPercentiles } from '../measure/lag.ts';
import { PROCESSES } from '../measure/processes.ts';
import type { Rested } from '../measure/rested.ts';
import type { Row } from '../measure/row.ts';
import { type Bound, median, meets, type Ratio } from './ratios.ts';

/** Significant digits of latencies and CPU times. */
const DIGITS = 3;

const HEAD = [
  '',
  'load',
  'req/s',
  'from–to',
  'p50',
  'p90',
  'p99',
  'errors',
  ...PROCESSES,
  'system',
  'settled',
  'MiB',
  'rows',
];

/** The table. An asterisk marks controls. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, place) => Math.max(...lines.map((cells) => cells[place]?.length ?? 0)));
  const text = lines.map((cells, at) => {
    const name = (cells[0] ?? '').padEnd(widths[0] ?? 0);
    if (at > 0 && !(rows[at - 1] as Row).isSound) return `${name}  ${cells.slice(1).join('  ')}`;
    return [name, ...cells.slice(1).map((cell, place) => cell.padStart(widths[place + 1] ?? 0))].join('  ');
  });
  return [
    'p50 to p99 in ms; per process: CPU in µs per request, until settled; system: our processes and PostgreSQL; settled: s',
    'after the last answer; MiB: peak of our largest process; rows: verified afterwards; *: control',
    '',
    ...text,
  ].join('\n');
}

function cellsOf(row: Row): string[] {
  const name = `${row.isControl ? '* ' : '  '}${row.name}`;
  const load = row.offered === null ? row.level : `${row.offered}/s`;
  if (!row.isSound) return [name, load, `${row.faults[0]}: no figures`];
  const rates = row.rates.length > 1 ? `${whole(Math.min(...row.rates))}–${whole(Math.max(...row.rates))}` : '';
  const latencies = row.outcome.latency.some((times) => times > 0)
    ? [0.5, 0.9, 0.99].map((share) => short(row.latencyMs(share)))
    : ['', '', ''];
  return [
    name,
    load,
    whole(row.perSecond),
    rates,
    ...latencies,
    whole(row.errors),
    ...PROCESSES.map((process) => short(row.cpuUs[process])),
    short(row.systemCpuUs),
    short(row.settledMs / 1000),
    whole(row.largestMib),
    whole(row.verified?.rows ?? 0),
  ];
}

/** The target ratios. */
export function renderRatios(ratios: readonly Ratio[]): string {
  const lines = ratios.map(({ what, value, rounds = [], unit, bar, aim }) => {
    const bounds = [bar, aim].map((bound) => (bound === null ? '' : boundText(bound, unit)));
    if (value === null) return [what, 'not measured', ...bounds, ''];
    return [what, `${short(value)} ${unit}${rangeText(rounds)}`, ...bounds, verdict(value, bar, aim)];
  });
  const all = [['', 'is', 'bar', 'aim', ''], ...lines];
  const widths = [0, 1, 2, 3].map((place) => Math.max(...all.map((cells) => (cells[place] ?? '').length)));
  return all
    .map((cells) =>
      cells
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The minimum and maximum over several rounds. */
const rangeText = (rounds: readonly number[]): string =>
  rounds.length > 1 ? ` (${short(Math.min(...rounds))}–${short(Math.max(...rounds))})` : '';

function verdict(value: number, bar: Bound | null, aim: Bound | null): string {
  if (bar === null) return '';
  if (!meets(value, bar)) return 'not met';
  return aim !== null && meets(value, aim) ? 'met, and the aim' : 'met';
}

function boundText(bound: Bound, unit: string): string {
  if ('min' in bound) return `≥ ${bound.min} ${unit}`;
  if ('max' in bound) return `≤ ${bound.max} ${unit}`;
  return `1 ± ${bound.near}`;
}

/** The lag of events. */
export function renderLag(lag: Lag, skeletonLag: Lag | null): string {
  const own = `event lag at ${lag.offered} payments/s, from the time in the event:`;
  const lines = [own, ...lagLines(lag, 'balance')];
  return [
    ...lines,
    ...(skeletonLag === null ? [] : ["lag of the skeleton's payments:", ...lagLines(skeletonLag, 'statement')]),
  ].join('\n');
}

function lagLines({ events, subscriberMs, balances, balanceMs }: Lag, end: string): string[] {
  return [
    `  to a subscriber   ${lagText(subscriberMs)} (${events} events)`,
    `  to the ${end.padEnd(9)}  ${lagText(balanceMs)} (${balances} observed)`,
  ];
}

/** The median round of each percentile, and the range. */
function lagText(rounds: readonly LagPercentiles[]): string {
  const told = (['p50', 'p90', 'p99'] as const).map((name) => {
    const ms = rounds.map((percentiles) => percentiles[name]);
    return `${name} ${short(median(ms) ?? 0)} ms${rangeText(ms)}`;
  });
  return told.join(', ');
}

/** The CPU cost of the same work after rests. */
export const renderRested = (rested: readonly Rested[]): string =>
  [
    'the same reference work after a rest:',
    ...rested.map(({ restMs, cpuUs }) => `  of ${restMs} ms  ${short(cpuUs)} µs of CPU`),
  ].join('\n');

const whole = (value: number): string => Math.round(value).toString();
const short = (value: number): string => (value === 0 ? '0' : Number(value.toPrecision(DIGITS)).toString());
