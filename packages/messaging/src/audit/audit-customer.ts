/**
 * The audit of one customer in one service: checks its journal, compares its rows with its image, and compares its
 * applied versions with the owners' journals.
 */
import type { SeenVersions, Stream } from '@mo/contracts';
import { type Account, appliedOf } from '../protocol/account.ts';
import { compareTables, type Difference } from './difference.ts';
import { type Replay, replayHistory } from './history.ts';
import type { Audited, ImageRow } from './image.ts';
import { type JournalEntry, journalFaults, soundEvents } from './journal-entries.ts';
import type { CustomerRows } from './snapshot.ts';
import { inTurns } from './turns.ts';

export interface CustomerRecord {
  readonly customerId: number;
  readonly rows: CustomerRows;
  /** Its own journal, from the same snapshot as the rows. */
  readonly own: readonly JournalEntry[];
  /**
   * The journals of the streams that it follows. The last read of each came after that of the rows, so that it has
   * every event that the rows know. Earlier reads do no harm, because an event never changes.
   */
  readonly followed: Readonly<Partial<Record<Stream, readonly JournalEntry[]>>>;
  readonly takenMs: number;
}

export interface AuditResult<A extends Account> {
  readonly differences: readonly Difference[];
  /** The state derived from the streams; null if there are differences or the customer is unknown. */
  readonly replay: Replay<A> | null;
}

/**
 * Audits a customer, and yields to the other work of this process in between.
 *
 * @param lagMsMax the highest acceptable age of an event that is not applied yet
 */
export function auditCustomer<A extends Account>(
  audited: Audited<A>,
  record: CustomerRecord,
  lagMsMax: number,
): Promise<AuditResult<A>> {
  return inTurns(audit(audited, record, lagMsMax));
}

function* audit<A extends Account>(
  audited: Audited<A>,
  record: CustomerRecord,
  lagMsMax: number,
): Generator<void, AuditResult<A>> {
  const { customerId, rows, own, followed } = record;
  const { model, progressTable, tables } = audited;
  const differences: Difference[] = [];
  const differ = (table: string, row: string, text: string) =>
    differences.push({ customerId, service: model.stream, table, row, text });
  for (const { version, text } of yield* journalFaults(model.stream, customerId, own))
    differ('journal', `version=${version}`, text);

  const history = { own: soundEvents(own), followed: soundHistory(followed) };
  const row = rows.tables[progressTable]?.[0];
  const head = own.at(-1)?.version ?? 0;
  const reached = Number(row?.version ?? 0);
  if (reached > head) differ('journal', `version=${reached}`, `it is missing: the journal ends at version ${head}`);
  const { applied, behind, faults } = progressOf(model.follows, row, record, lagMsMax);
  for (const text of faults) differ(progressTable, '', text);
  const isKnown = row !== undefined || own.length > 0;
  const replay = isKnown ? yield* replayHistory(audited, customerId, history, applied) : null;
  for (const text of replay?.faults ?? []) differ('journal', '', text);
  const isWhole = history.own.length === own.length && (replay?.faults.length ?? 0) === 0;
  const expected = replay === null ? {} : replay.image.rows({ ...replay.account, behind });
  if (isWhole)
    for (const difference of yield* compareTables(tables, rows.tables, expected))
      differ(difference.table, difference.row, difference.text);
  return { differences, replay: differences.length === 0 ? replay : null };
}

function soundHistory(followed: CustomerRecord['followed']) {
  const entries = Object.entries(followed) as [Stream, readonly JournalEntry[]][];
  return Object.fromEntries(entries.map(([stream, list]) => [stream, soundEvents(list)]));
}

/**
 * The progress stored in the customer's row, compared with the owners' journals. An event in the quarantine may be in no
 * journal, because anybody may have sent it: its customer waits until it is dismissed.
 */
function progressOf(follows: readonly Stream[], row: ImageRow | undefined, record: CustomerRecord, lagMsMax: number) {
  const faults: string[] = [];
  const applied: Partial<Record<Stream, number>> = {};
  const behind: Partial<Record<Stream, number>> = {};
  let known = 0;
  for (const stream of follows) {
    const entries = record.followed[stream] ?? [];
    const head = entries.at(-1)?.version ?? 0;
    const stored = Number(row?.[`${stream}_applied`] ?? 0);
    const waiting = Number(row?.[`${stream}_behind`] ?? 0);
    if (stored > head)
      faults.push(`${stream}_applied is ${stored}, but ${stream} has only ${head} events of the customer`);
    if (waiting > stored && waiting <= Math.max(head, record.rows.quarantined[stream] ?? 0)) behind[stream] = waiting;
    applied[stream] = Math.min(stored, head);
    known += head;
    const late = entries.find(
      ({ version, event }) => version > stored && event !== null && Date.parse(event.time) < record.takenMs - lagMsMax,
    );
    if (late !== undefined)
      faults.push(`${stream} ${late.version}, of ${late.event?.time}, is not applied: ${stream}_applied is ${stored}`);
  }
  const isWaiting = Object.keys(behind).length > 0;
  if (row !== undefined && known + record.own.length === 0 && !isWaiting)
    faults.push('no stream has events of this customer');
  return { applied: applied satisfies SeenVersions, behind, faults };
}

/**
 * Compares the debts that services derive for one customer. They must agree once each service has applied all events.
 *
 * @param replays the services' replays of the customer
 * @returns a sentence; null if they agree, or have not applied the same versions
 */
export function disagreement(
  replays: readonly { audited: Audited<Account>; replay: Replay<Account> | null }[],
): string | null {
  const versions = replays.map((one) => (one.replay === null ? null : versionsText(one.audited, one.replay.account)));
  if (new Set(versions).size !== 1 || versions[0] === null) return null;
  const owing = replays.map(({ audited, replay: one }) => ({
    name: audited.model.stream,
    ...(one as Replay<Account>).image.owing((one as Replay<Account>).account),
  }));
  for (const what of ['total', 'active'] as const) {
    const known = owing.filter((one) => one[what] !== null);
    if (new Set(known.map((one) => one[what])).size > 1)
      return `the ${what} debt differs: ${known.map((one) => `${one[what]} by ${one.name}`).join(', ')} (minor units)`;
  }
  return null;
}

function versionsText({ model }: Audited<Account>, account: Account): string {
  const versions = [
    ...model.follows.map((stream) => `${stream} ${appliedOf(account, stream)}`),
    `${model.stream} ${account.version}`,
  ];
  return versions.sort().join(', ');
}
