import { readDataSet } from '../src/read-rows.ts';
import { type Files, files, withDataSet } from './data-sets.ts';

const read = (contents: Files) => withDataSet(contents, readDataSet);

describe('a data set', () => {
  it('becomes request bodies without the empty cells', async () => {
    const data = await read({
      ...files({ customers: ['c1,100.00'], loans: ['l1,c1,50.00,,2026-01-01T00:00:00Z'] }),
      payments:
        '\ufeffpaid_at,total_amount,customer_external_id,external_id\r\n2025-01-01T00:00:00Z,"10.00",c1,p1\r\n\r\n',
    });
    expect(data.customers[0]?.body).toEqual({ external_id: 'c1', score: '100.00' });
    expect(data.loans[0]).toEqual({
      resource: 'loans',
      line: 2,
      externalId: 'l1',
      customer: 'c1',
      occurrence: 0,
      body: {
        external_id: 'l1',
        customer_external_id: 'c1',
        amount: '50.00',
        maximum_payment_date: '2026-01-01T00:00:00Z',
      },
    });
    expect(data.payments[0]?.body).toEqual({
      external_id: 'p1',
      customer_external_id: 'c1',
      total_amount: '10.00',
      paid_at: '2025-01-01T00:00:00Z',
    });
  });

  it('counts the rows that repeat an external id', async () => {
    const data = await read(files({ customers: ['c1,1', 'c2,1', 'c1,2'] }));
    expect(data.customers.map(({ line, occurrence }) => [line, occurrence])).toEqual([
      [2, 0],
      [3, 0],
      [4, 1],
    ]);
  });

  it('may have files that contain only a header', async () => {
    const data = await read(files({}));
    expect([data.customers, data.loans, data.payments]).toEqual([[], [], []]);
  });
});

describe('a malformed data set is refused with one message, for', () => {
  const good = files({});
  const { loans: _, ...withoutLoans } = good;
  it.each<[string, Files, RegExp]>([
    ['a missing file', withoutLoans, /loans\.csv: there is no such file$/],
    ['an empty file', { ...good, customers: '' }, /customers\.csv: has no header line$/],
    [
      'a wrong header',
      { ...good, customers: 'external_id,points,points\n' },
      /customers\.csv: wrong header: "score" is missing, "points" is unknown, "points" is unknown, "points" appears twice; it must be external_id,score\[,status\]\[,preapproved_at\]$/,
    ],
    ['a short line', { ...good, customers: 'external_id,score\nc1,1\nc2\n' }, /customers\.csv: .*line 3$/],
    ['an open quote', { ...good, customers: 'external_id,score\n"c1,1\n' }, /customers\.csv: .*[Qq]uote/],
  ])('%s', async (_case, contents, message) => {
    await expect(read(contents)).rejects.toMatchObject({
      name: 'CommandError',
      message: expect.stringMatching(message) as string,
    });
  });
});
