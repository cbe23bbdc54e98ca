import type { Comparison } from '../src/compare.ts';
import type { Verdict } from '../src/oracle.ts';
import type { Row } from '../src/read-rows.ts';
import { type Course, renderText, summarise } from '../src/report.ts';
import { Tally } from '../src/tally.ts';

const loan = (number: number): Row => ({
  resource: 'loans',
  line: number + 1,
  externalId: `l${number}`,
  customer: 'c1',
  occurrence: 0,
  body: {},
});
const ROWS = [1, 2, 3].map(loan);
const nothing = { expected: 0, found: 0, statuses: {}, differences: [] };
const AGREES: Comparison = { balances: nothing, loans: { ...nothing, expected: 1, found: 1 }, payments: nothing };

/** A course in which three loans were predicted to be accepted, and were answered with these verdicts. */
function courseOf(verdicts: Verdict[], change: Partial<Course> = {}): Course {
  const tally = new Tally(new Map(ROWS.map((row) => [row, 'accepted'])));
  for (const [at, verdict] of verdicts.entries())
    tally.add({ row: ROWS[at] ?? loan(at), verdict, isFromEarlier: false, detail: null });
  return { dataSet: 'set', url: 'http://gw', driveMs: 2000, tally, comparison: AGREES, stoppedBy: null, ...change };
}

it('is ok if all rows are answered as predicted or already there, and everything agrees', () => {
  const summary = summarise(courseOf(['accepted', 'accepted', 'already_exists']));
  expect(summary).toMatchObject({ ok: true, differences: 0, rows_per_second: 1.5 });
  expect(summary.resources.loans).toMatchObject({ accepted: 2, already_there: 1, unanswered: 0 });
  expect(renderText(summary)).toContain('loans     3 rows: 2 accepted, 1 already there, 0 refused\n');
  expect(renderText(summary)).toContain('\n0 differences\n');
});

it('is not ok if a row was refused unexpectedly', () => {
  const summary = summarise(courseOf(['accepted', 'customer_inactive', 'accepted']));
  expect(summary).toMatchObject({ ok: false, differences: 1 });
  expect(renderText(summary)).toContain('  1 × customer_inactive, 1 NOT expected\n');
  expect(renderText(summary)).toContain(
    '1 difference\n  loan l2 (line 3): the answer should be accepted, is customer_inactive\n',
  );
});

it('is not ok if it stopped, and reports why and what was left', () => {
  const summary = summarise(courseOf(['accepted'], { comparison: null, stoppedBy: 'the gateway is gone' }));
  expect(summary).toMatchObject({ ok: false, compared: null, resources: { loans: { unanswered: 2 } } });
  const text = renderText(summary);
  expect(text).toContain('2 UNANSWERED');
  expect(text).toContain('were not compared');
  expect(text).toContain('Stopped: the gateway is gone');
});

it('counts all differences and shows the first twenty', () => {
  const differences = Array.from({ length: 25 }, (_, at) => ({
    subject: `loan l${at}`,
    what: 'outstanding',
    expected: '1.00',
    actual: '2.00',
  }));
  const comparison = { ...AGREES, loans: { ...AGREES.loans, differences } };
  const summary = summarise(courseOf(['accepted', 'accepted', 'accepted'], { comparison }));
  expect(summary).toMatchObject({ ok: false, differences: 25 });
  expect(summary.first_differences).toHaveLength(20);
  expect(renderText(summary)).toContain('  loan l19: outstanding should be 1.00, is 2.00\n  … and 5 more\n');
});
