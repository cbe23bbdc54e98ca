import { planLanes } from '../src/lanes.ts';
import { predict } from '../src/oracle.ts';
import { readDataSet } from '../src/read-rows.ts';
import { type Files, files, withDataSet } from './data-sets.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const DUE = '2027-01-01T00:00:00Z';
const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}T00:00:00Z`;

/** The verdicts by external id, in the order of the lanes, and the rest of the expectation. */
async function expectationOf(contents: Files) {
  const lanes = planLanes(await withDataSet(contents, readDataSet));
  const { verdicts, balances, loans, payments } = predict(lanes, NOW);
  const answers = [...verdicts].map(([row, verdict]) => `${row.externalId} ${verdict}`);
  return { lanes, answers, balances, loans, payments };
}

it('a payment pays off the oldest loan first, whatever the order of the file', async () => {
  const { loans, balances } = await expectationOf(
    files({
      customers: ['c1,100.00'],
      loans: [`young,c1,30.00,${day(2)},${DUE}`, `old,c1,20.00,${day(1)},${DUE}`, `last,c1,10.00,${day(3)},${DUE}`],
      payments: [`p1,c1,35.05,${day(4)}`],
    }),
  );
  expect([...loans].map(([id, { outstanding, status }]) => [id, outstanding, status])).toEqual([
    ['old', '0.00', 'paid'],
    ['young', '14.95', 'active'],
    ['last', '10.00', 'active'],
  ]);
  expect(balances.get('c1')).toEqual({ score: '100.00', total_debt: '24.95', available_amount: '75.05' });
});

it('a loan that is sent later but was taken earlier is paid first', async () => {
  const { loans } = await expectationOf({
    ...files({ customers: ['c1,100.00'], payments: [`p1,c1,10.00,${day(4)}`] }),
    loans: `external_id,customer_external_id,amount,taken_at,maximum_payment_date\nundated,c1,10,,${DUE}\ndated,c1,10,${day(1)},${DUE}\n`,
  });
  expect(loans.get('dated')?.status).toBe('paid');
  expect(loans.get('undated')?.status).toBe('active');
});

it('a loan may use the credit line to the last cent, and a payment frees credit', async () => {
  const { answers } = await expectationOf(
    files({
      customers: ['c1,100.00'],
      loans: [
        `all,c1,100.00,${day(1)},${DUE}`,
        `more,c1,0.01,${day(2)},${DUE}`,
        `again,c1,40.00,${day(3)},${DUE}`,
        `over,c1,0.01,${day(3)},${DUE}`,
      ],
      payments: [`p1,c1,40.00,${day(3)}`, `p2,c1,40.00,${day(2)}`, `p3,c1,100.01,${day(4)}`, `p4,c1,60,${day(5)}`],
    }),
  );
  expect(answers).toEqual([
    'c1 accepted',
    'all accepted',
    'more credit_limit_exceeded',
    'p2 completed',
    'again accepted',
    'over credit_limit_exceeded',
    'p1 completed',
    'p3 rejected',
    'p4 completed',
  ]);
});

it('a pending loan reserves credit and counts as debt, but receives no payment', async () => {
  const { answers, balances, loans } = await expectationOf({
    ...files({ customers: ['c1,100.00'], payments: [`p1,c1,0.01,${day(2)}`] }),
    loans: `external_id,customer_external_id,amount,maximum_payment_date,status\nl1,c1,60,${DUE},pending\nl2,c1,60,${DUE},\n`,
  });
  expect(answers).toEqual(['c1 accepted', 'l1 accepted', 'l2 credit_limit_exceeded', 'p1 rejected']);
  expect(balances.get('c1')).toEqual({ score: '100.00', total_debt: '60.00', available_amount: '40.00' });
  expect(loans.get('l1')).toMatchObject({ status: 'pending', outstanding: '60.00' });
});

it('predicts refusals in the order of the checks', async () => {
  const { answers } = await expectationOf({
    customers: 'external_id,score,status\nc1,100,\noff,100,inactive\nbad,-1,\nc1,5,\n',
    loans: `external_id,customer_external_id,amount,maximum_payment_date,taken_at\n${[
      `l1,c1,10,${DUE},${day(1)}`,
      `l1,c1,10,${DUE},${day(2)}`,
      `l1,c1,1e3,${DUE},${day(3)}`,
      `l2,c1,10,tomorrow,${day(4)}`,
      `l3,c1,10,${DUE},2026-06-01T00:00:01Z`,
      `l4,off,10,${DUE},${day(5)}`,
      `l5,bad,10,${DUE},${day(6)}`,
      `l6,,10,${DUE},${day(6)}`,
    ].join('\n')}\n`,
    payments: `external_id,customer_external_id,total_amount,paid_at\np1,nobody,1,\np2,off,1,\np3,c1,0,\n`,
  });
  expect(answers.toSorted()).toEqual(
    [
      'c1 accepted',
      'c1 already_exists',
      'off accepted',
      'bad invalid_request',
      'l1 accepted',
      'l1 already_exists',
      'l1 invalid_request',
      'l2 invalid_request',
      'l3 invalid_request',
      'l4 customer_inactive',
      'l5 customer_not_found',
      'l6 invalid_request',
      'p1 customer_not_found',
      'p2 rejected',
      'p3 invalid_request',
    ].toSorted(),
  );
});

it('a refused loan does not take its external id, but a rejected payment does', async () => {
  const { answers } = await expectationOf(
    files({
      customers: ['c1,100.00'],
      loans: [`l1,c1,100.01,${day(1)},${DUE}`, `l1,c1,100.00,${day(2)},${DUE}`],
      payments: [`p1,c1,100.01,${day(3)}`, `p1,c1,100.00,${day(4)}`],
    }),
  );
  expect(answers).toEqual([
    'c1 accepted',
    'l1 credit_limit_exceeded',
    'l1 accepted',
    'p1 rejected',
    'p1 already_exists',
  ]);
});

it('customers whose rows share an external id share a lane, in date order; others have their own', async () => {
  const { lanes } = await expectationOf(
    files({
      customers: ['c1,100', 'c2,100', 'c3,100'],
      loans: [`l1,c1,10,${day(2)},${DUE}`, `l1,c2,10,${day(1)},${DUE}`, `l3,c3,10,${day(1)},${DUE}`],
    }),
  );
  expect(lanes.map((lane) => lane.map((row) => `${row.customer} ${row.externalId}`))).toEqual([
    ['c1 c1', 'c2 c2', 'c2 l1', 'c1 l1'],
    ['c3 c3', 'c3 l3'],
  ]);
});
