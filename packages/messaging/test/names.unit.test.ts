import { batchOn, run, statusOf } from './batch-on.ts';
import { commandOf, eventOf, ledgerOf } from './ledger.ts';

const byBoth = (externalId: string) => commandOf({ customer: { customerId: 1, externalId } });

describe('a customer known by an early event only, whose name is not known yet', () => {
  it('is not contradicted by any name', () => {
    expect(run(batchOn({ accounts: [ledgerOf(1)] }), byBoth('c1')).map(statusOf)).toEqual([201]);
  });

  it('is contradicted by the name of another known customer', () => {
    const accounts = [ledgerOf(1), ledgerOf(2, { externalId: 'c2' })];
    expect(run(batchOn({ accounts }), byBoth('c2')).map(statusOf)).toEqual(['failed']);
  });

  it('can be named by its external_id once the same batch contains it', () => {
    const batch = batchOn({ accounts: [ledgerOf(1)] });
    const known = eventOf('customers', 1, 1);
    batch.events([known]);
    const name = known.data.customer_external_id;
    const byName = commandOf({ customer: { externalId: name } });
    expect(run(batch, byBoth(name), byName, byBoth('another')).map(statusOf)).toEqual([201, 201, 'failed']);
  });
});
