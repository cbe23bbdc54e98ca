/** The result of a replay, as JSON and as text. */
import type { Comparison, Difference, Findings } from './compare.ts';
import { RESOURCES, type Resource } from './file-forms.ts';
import { answeredOf, type Refusals, type ResourceTally, type Tally } from './tally.ts';

const differencesShownMax = 20;

export interface Summary {
  /** Every row was answered, and everything is as predicted. */
  readonly ok: boolean;
  readonly data_set: string;
  readonly url: string;
  readonly seconds: number;
  readonly rows_per_second: number;
  readonly resources: Readonly<Record<Resource, ResourceTally & { unanswered: number }>>;
  /** What the gateway shows at the end; null if nothing was compared. */
  readonly compared: Readonly<Record<keyof Comparison, Omit<Findings, 'differences'>>> | null;
  readonly differences: number;
  /** The first 20. */
  readonly first_differences: readonly Difference[];
  /** Why the replay stopped early, or null. */
  readonly stopped_by: string | null;
}

export interface Course {
  readonly dataSet: string;
  readonly url: string;
  readonly driveMs: number;
  readonly tally: Tally;
  readonly comparison: Comparison | null;
  readonly stoppedBy: string | null;
}

export function summarise({ dataSet, url, driveMs, tally, comparison, stoppedBy }: Course): Summary {
  const seconds = driveMs / 1000;
  const found = comparison === null ? [] : [comparison.loans, comparison.balances, comparison.payments];
  const differences = [...tally.differences, ...found.flatMap((findings) => findings.differences)];
  const resource = (name: Resource) => {
    const counts = tally.resources[name];
    return { ...counts, unanswered: counts.rows - answeredOf(counts) };
  };
  return {
    ok: stoppedBy === null && comparison !== null && differences.length === 0,
    data_set: dataSet,
    url,
    seconds: round(seconds, 3),
    rows_per_second: seconds === 0 ? 0 : round(tally.answered / seconds, 1),
    resources: { customers: resource('customers'), loans: resource('loans'), payments: resource('payments') },
    compared: comparison && {
      balances: withoutDifferences(comparison.balances),
      loans: withoutDifferences(comparison.loans),
      payments: withoutDifferences(comparison.payments),
    },
    differences: differences.length,
    first_differences: differences.slice(0, differencesShownMax),
    stopped_by: stoppedBy,
  };
}

/** Renders a summary for people. */
export function renderText(summary: Summary): string {
  const { data_set, url, seconds, rows_per_second, stopped_by, differences } = summary;
  const lines = [
    `${data_set} at ${url}: ${seconds.toFixed(1)} s, ${count(Math.round(rows_per_second))} rows/s`,
    '',
    ...RESOURCES.flatMap((name) => resourceLines(name, summary.resources[name])),
    '',
  ];
  if (summary.compared !== null) {
    for (const [name, { found, expected, statuses }] of Object.entries(summary.compared))
      lines.push(`${name.padEnd(10)}${count(found)} of ${count(expected)} found${statusText(statuses)}`);
    lines.push('');
  }
  lines.push(`${count(differences)} difference${differences === 1 ? '' : 's'}`);
  for (const { subject, what, expected, actual } of summary.first_differences)
    lines.push(`  ${subject}: ${what} should be ${expected}, is ${actual}`);
  if (differences > differencesShownMax) lines.push(`  … and ${count(differences - differencesShownMax)} more`);
  if (summary.compared === null) lines.push('Balances, loans and payments were not compared.');
  if (stopped_by !== null) lines.push(`Stopped: ${stopped_by}`);
  return `${lines.join('\n')}\n`;
}

function resourceLines(name: Resource, tally: Summary['resources'][Resource]): string[] {
  const refused = Object.values(tally.refused).reduce((sum, refusals) => sum + refusals.count, 0);
  const parts = [
    `${count(tally.rows)} rows:`,
    `${count(tally.accepted)} accepted, ${count(tally.already_there)} already there, ${count(refused)} refused`,
  ];
  if (tally.unanswered > 0) parts.push(`, ${count(tally.unanswered)} UNANSWERED`);
  const [rows = '', ...rest] = parts;
  return [
    `${name.padEnd(10)}${rows} ${rest.join('')}`,
    ...Object.entries(tally.refused).flatMap(([code, refusals]) => refusalLines(code, refusals)),
  ];
}

function refusalLines(code: string, refusals: Refusals): string[] {
  const unexpected = refusals.count - refusals.expected;
  const expected = unexpected === 0 ? 'as expected' : `${count(unexpected)} NOT expected`;
  return [
    `  ${count(refusals.count)} × ${code}, ${expected}`,
    ...refusals.examples.map(({ external_id, line, detail }) => `      line ${line}, ${external_id}: ${detail ?? ''}`),
  ];
}

function statusText(statuses: Readonly<Record<string, number>>): string {
  const parts = Object.entries(statuses).map(([status, howMany]) => `${count(howMany)} ${status}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

const withoutDifferences = ({ expected, found, statuses }: Findings) => ({ expected, found, statuses });
const count = (value: number): string => value.toLocaleString('en-US');
const round = (value: number, places: number): number => Math.round(value * 10 ** places) / 10 ** places;
