/** The report of a run, as text. */
import type { ChaosOptions } from './chaos.ts';
import type { Checked } from './checks/check-all.ts';
import type { Blow } from './faults/assault.ts';
import { KINDS, TARGETS } from './faults/plan.ts';
import { add, type Tally } from './tally.ts';
import type { MessageFigures } from './webhooks/figures.ts';

export interface Report {
  readonly options: ChaosOptions;
  /** The duration of the load. */
  readonly seconds: number;
  /** From the end of the load until the streams were drained. */
  readonly agreedSeconds: number;
  /** From then until webhooks had received everything. */
  readonly receivedSeconds: number;
  readonly blows: readonly Blow[];
  readonly tally: Tally;
  readonly checked: Checked;
  readonly messages: MessageFigures;
  readonly longestGapMs: number;
}

const EXIT_CLEAN = 0;
const EXIT_VIOLATIONS = 1;
/** Nothing wrong was found, but not everything was checked. */
const EXIT_UNCHECKED = 3;

/** The exit code of a run that came to its checks. */
export function exitOf({ violated, isClean }: Tally): number {
  if (isClean) return EXIT_CLEAN;
  return violated > 0 ? EXIT_VIOLATIONS : EXIT_UNCHECKED;
}

export function renderReport(report: Report): string {
  const { options, seconds, tally, checked, blows, messages, longestGapMs, agreedSeconds, receivedSeconds } = report;
  const { seed, replicas } = options;
  const named = Object.entries(replicas).map(([name, count]) => `${name}=${count}`);
  return [
    `seed ${seed}, replicas ${named.join(',')}, ${seconds.toFixed(0)} s of load by ${options.clients} callers`,
    '',
    ...faultLines(blows),
    '',
    `operations       ${tally.operations}, ${(tally.operations / seconds).toFixed(0)}/s`,
    `attempts         ${tally.attempts}`,
    `answers          ${countsText(tally.answers)}`,
    `failed attempts  ${countsText(tally.failures)}`,
    `first attempt failed, a later one was answered: ${tally.firstFailed - tally.neverAnswered}; never answered: ${tally.neverAnswered}`,
    `longest time without a success ${ms(longestGapMs)}; longest operation ${ms(tally.longestMs)}`,
    `streams drained ${agreedSeconds.toFixed(1)} s after the last caller was done`,
    `messages         ${messages.accepted} accepted by ${messages.hooks} webhooks, of which ${messages.removed} were removed; all received ${receivedSeconds.toFixed(1)} s later`,
    `deliveries       ${countsText(messages.deliveries)}`,
    `sent again, though the receiver had not refused: ${messages.againMs.length}, after ${spreadText(messages.againMs)}`,
    '',
    `checked          ${checked.customers} customers, ${checked.uploaded} uploaded ones, ${checked.loans} loans, ${checked.payments} payments, ${checked.replays} keys sent again`,
    `writes lost ${found(checked.lost)}, unacknowledged writes ${found(checked.unasked)}, differences ${found(checked.differences)}, faults of the topics ${found(checked.topicFaults)}, wrong answers and other violations ${tally.violated - storedFaults(checked)}`,
    ...violationLines(tally),
    ...tally.unchecked.map(({ rule, reason }) => `NOT CHECKED ${rule}\n  ${reason}`),
    '',
    verdict(tally),
  ].join('\n');
}

const storedFaults = ({ lost, unasked, differences, topicFaults }: Checked): number =>
  (lost ?? 0) + (unasked ?? 0) + (differences ?? 0) + (topicFaults ?? 0);

const found = (count: number | null): string => (count === null ? 'not checked' : String(count));

function verdict({ violated, unchecked, isClean }: Tally): string {
  if (isClean) return 'clean';
  const failed = unchecked.length === 0 ? [] : [`${unchecked.length} checks could not be made`];
  return [`${violated} violations`, ...failed].join(', ');
}

function faultLines(blows: readonly Blow[]): string[] {
  const together = blows.filter(({ isOneOfTwo }) => isOneOfTwo).length;
  const lines = [`faults           ${blows.length}, of which ${together} together with another`];
  for (const kind of KINDS) {
    const ofKind = blows.filter((blow) => blow.kind === kind);
    const targets = new Map<string, number>(TARGETS[kind].map((target) => [target, 0]));
    for (const { target } of ofKind) add(targets, target);
    const felt = (isOneOfTwo: boolean, time: 'recoveryMs' | 'messagesMs' = 'recoveryMs') =>
      ofKind.flatMap((blow) => (blow[time] === null || blow.isOneOfTwo !== isOneOfTwo ? [] : [blow[time]]));
    const count = String(ofKind.length).padStart(3);
    lines.push(
      `  ${kind.padEnd(8)} ${count}, alone: recovered in ${spreadText(felt(false))}; of two: ${spreadText(felt(true))}`,
    );
    lines.push(
      `               messages alone: in ${spreadText(felt(false, 'messagesMs'))}; of two: ${spreadText(felt(true, 'messagesMs'))}`,
    );
    lines.push(`               ${countsText(targets)}`);
  }
  const taken = (kind: string) =>
    blows.flatMap((blow) => (blow.kind === kind && blow.takeoverMs !== null ? [blow.takeoverMs] : []));
  for (const kind of KINDS)
    if (taken(kind).length > 0)
      lines.push(`relay taken over after ${kind}: ${taken(kind).length} times, in ${spreadText(taken(kind))}`);
  return lines;
}

/** The median and the maximum. */
function spreadText(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const sorted = values.toSorted((a, b) => a - b);
  return `p50 ${ms(sorted[Math.floor(sorted.length / 2)] as number)}, max ${ms(sorted.at(-1) as number)}`;
}

const ms = (value: number): string => `${Math.round(value)} ms`;

const countsText = (counts: ReadonlyMap<string, number>): string =>
  counts.size === 0 ? 'none' : [...counts].map(([name, count]) => `${name}: ${count}`).join(', ');

function violationLines({ violations, violated }: Tally): string[] {
  const told = violations.map(({ rule, detail }) => `VIOLATION ${rule}\n  ${detail}`);
  return violated > violations.length ? [...told, `and ${violated - violations.length} more`] : told;
}
