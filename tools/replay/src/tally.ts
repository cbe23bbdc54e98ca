/** Counts the outcomes of a replay by resource, and holds each against what was foretold. */
import type { Difference } from './compare.ts';
import type { Outcome } from './drive.ts';
import { ACCEPTANCES, type Verdict } from './oracle.ts';
import { RESOURCES, type Resource, type Row } from './read-rows.ts';

const examplesMax = 3;

/** The refusals of one resource with one code. */
export interface Refusals {
  count: number;
  /** How many of them the oracle had foretold. */
  expected: number;
  /** The first few, with the gateway's words. */
  readonly examples: { external_id: string; line: number; detail: string | null }[];
}

export interface ResourceTally {
  readonly rows: number;
  /** Accepted in this replay. */
  accepted: number;
  /** Accepted before: a 409, or the stored answer of an earlier replay. */
  already_there: number;
  readonly refused: Record<string, Refusals>;
}

const SINGULAR: Readonly<Record<Resource, string>> = { customers: 'customer', loans: 'loan', payments: 'payment' };

export class Tally {
  readonly resources: Readonly<Record<Resource, ResourceTally>>;
  /** The rows that were answered otherwise than foretold. */
  readonly differences: Difference[] = [];
  readonly #foretold: ReadonlyMap<Row, Verdict>;

  constructor(foretold: ReadonlyMap<Row, Verdict>) {
    this.#foretold = foretold;
    const rows = { customers: 0, loans: 0, payments: 0 };
    for (const { resource } of foretold.keys()) rows[resource]++;
    const tallyOf = (resource: Resource): ResourceTally => ({
      rows: rows[resource],
      accepted: 0,
      already_there: 0,
      refused: {},
    });
    this.resources = { customers: tallyOf('customers'), loans: tallyOf('loans'), payments: tallyOf('payments') };
  }

  add(outcome: Outcome): void {
    const { row, verdict } = outcome;
    const tally = this.resources[row.resource];
    const foretold = this.#foretold.get(row) ?? 'nothing';
    // Whether a row that a 409 calls present is as it should be shows when the resources are compared.
    const isPresent = verdict === 'already_exists' && ACCEPTANCES.has(foretold);
    if (isPresent || outcome.isFromEarlier) tally.already_there++;
    else if (ACCEPTANCES.has(verdict)) tally.accepted++;
    else addRefusal(tally, outcome, verdict === foretold);
    if (!isPresent && verdict !== foretold) this.differences.push(differenceOf(outcome, foretold));
  }

  /** How many rows have been answered. */
  get answered(): number {
    return RESOURCES.map((resource) => answeredOf(this.resources[resource])).reduce((sum, count) => sum + count, 0);
  }
}

export function answeredOf({ accepted, already_there, refused }: ResourceTally): number {
  return Object.values(refused).reduce((sum, { count }) => sum + count, accepted + already_there);
}

function addRefusal(tally: ResourceTally, { row, verdict, detail }: Outcome, isExpected: boolean): void {
  tally.refused[verdict] ??= { count: 0, expected: 0, examples: [] };
  const refusals = tally.refused[verdict];
  refusals.count++;
  if (isExpected) refusals.expected++;
  if (refusals.examples.length < examplesMax)
    refusals.examples.push({ external_id: row.externalId, line: row.line, detail });
}

function differenceOf({ row, verdict, detail }: Outcome, foretold: Verdict): Difference {
  return {
    subject: `${SINGULAR[row.resource]} ${row.externalId} (line ${row.line})`,
    what: 'the answer',
    expected: foretold,
    actual: detail === null ? verdict : `${verdict} (${detail})`,
  };
}
