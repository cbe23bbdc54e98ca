/** Counts the outcomes of a replay by resource, and compares each with its prediction. */
import type { Difference } from './compare.ts';
import type { Outcome } from './drive.ts';
import { RESOURCES, type Resource } from './file-forms.ts';
import { ACCEPTANCES, type Verdict } from './oracle.ts';
import type { Row } from './read-rows.ts';

const examplesMax = 3;

/** The refusals of one resource with one code. */
export interface Refusals {
  count: number;
  /** How many of them the oracle predicted. */
  expected: number;
  /** The first few, with the gateway's explanations. */
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
  /** The rows whose answer differs from the prediction. */
  readonly differences: Difference[] = [];
  readonly #predicted: ReadonlyMap<Row, Verdict>;

  constructor(predicted: ReadonlyMap<Row, Verdict>) {
    this.#predicted = predicted;
    const rows = { customers: 0, loans: 0, payments: 0 };
    for (const { resource } of predicted.keys()) rows[resource]++;
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
    const predicted = this.#predicted.get(row) ?? 'nothing';
    // Whether a row that exists (409) is correct is checked when the resources are compared.
    const isPresent = verdict === 'already_exists' && ACCEPTANCES.has(predicted);
    if (isPresent || outcome.isFromEarlier) tally.already_there++;
    else if (ACCEPTANCES.has(verdict)) tally.accepted++;
    else addRefusal(tally, outcome, verdict === predicted);
    if (!isPresent && verdict !== predicted) this.differences.push(differenceOf(outcome, predicted));
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

function differenceOf({ row, verdict, detail }: Outcome, predicted: Verdict): Difference {
  return {
    subject: `${SINGULAR[row.resource]} ${row.externalId} (line ${row.line})`,
    what: 'the answer',
    expected: predicted,
    actual: detail === null ? verdict : `${verdict} (${detail})`,
  };
}
