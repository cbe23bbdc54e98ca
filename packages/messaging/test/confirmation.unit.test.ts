import type { Stream } from '@mo/contracts';
import { type Confirmation, progressOf } from '../src/index.ts';
import { batchOn, run, statusOf } from './batch-on.ts';
import { commandOf, keyOf, type Ledger, ledgerOf, refusal } from './ledger.ts';

describe('a refusal that rests on followed streams', () => {
  const confirmBy: Stream[] = ['customers', 'payments'];
  const decide = () => refusal(confirmBy);
  const account = ledgerOf(1, { version: 3, restricted: 2, applied: { customers: 4, payments: 5 } });
  const confirmation = (base: Ledger | null, pulled: readonly Stream[] = confirmBy): Confirmation => ({
    pulled,
    base: base === null ? null : progressOf(base),
  });
  const decided = (now: Ledger | null, given: Confirmation | null) =>
    statusOf(batchOn({ accounts: now === null ? [] : [now] }).command(commandOf({ decide }), given));

  it('is not final before a pull, leaves no trace, and says what to pull', () => {
    const batch = batchOn({ accounts: [account] });
    const outcome = batch.command(commandOf({ decide, key: keyOf('k'), claims: 'l' }), null);
    expect(outcome).toEqual({ kind: 'unconfirmed', confirmBy, progress: progressOf(account) });
    expect(batch.changes()).toMatchObject({ accounts: [], written: [], answers: [] });
    expect(run(batch, commandOf({ key: keyOf('k'), claims: 'l' })).map(statusOf)).toEqual([201]);
  });

  it('is final where nothing moved since before the last pull was sent', () => {
    expect(decided(account, confirmation(account))).toBe(422);
  });

  it('is confirmed again where one of the streams was not pulled', () => {
    expect(decided(account, confirmation(account, ['customers']))).toBe('unconfirmed');
  });

  it('is confirmed again where an own event that restricts came between', () => {
    expect(decided({ ...account, version: 4, restricted: 4 }, confirmation(account))).toBe('unconfirmed');
  });

  it('stands though an own event came between that does not restrict', () => {
    expect(decided({ ...account, version: 4 }, confirmation(account))).toBe(422);
  });

  it('is confirmed again where a stream that can restrict moved', () => {
    const moved = { ...account, applied: { customers: 5, payments: 5 } };
    expect(decided(moved, confirmation(account))).toBe('unconfirmed');
  });

  it('stands though the last stream moved, the one that can only relax', () => {
    const moved = { ...account, applied: { customers: 4, payments: 9 } };
    expect(decided(moved, confirmation(account))).toBe(422);
  });

  it('is confirmed again where the customer was unknown and is known now', () => {
    expect(decided(account, confirmation(null))).toBe('unconfirmed');
    expect(decided(null, confirmation(null))).toBe(422);
  });

  it('stands at once where it rests on nothing', () => {
    expect(statusOf(batchOn().command(commandOf({ decide: () => refusal() }), null))).toBe(422);
  });

  it('is overtaken by an own event that restricts within the batch', () => {
    const batch = batchOn({ accounts: [account] });
    expect(run(batch, commandOf()).map(statusOf)).toEqual([201]);
    expect(statusOf(batch.command(commandOf({ decide }), confirmation(account)))).toBe('unconfirmed');
  });
});
