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

  it('is not final before a pull, changes nothing, and returns the streams to pull', () => {
    const batch = batchOn({ accounts: [account] });
    const outcome = batch.command(commandOf({ decide, key: keyOf('k'), claims: 'l' }), null);
    expect(outcome).toEqual({ kind: 'unconfirmed', confirmBy, progress: progressOf(account) });
    expect(batch.changes()).toMatchObject({ accounts: [], written: [], answers: [] });
    expect(run(batch, commandOf({ key: keyOf('k'), claims: 'l' })).map(statusOf)).toEqual([201]);
  });

  it('is final if nothing changed since before the last pull was sent', () => {
    expect(decided(account, confirmation(account))).toBe(422);
  });

  it('is confirmed again if one of the streams was not pulled', () => {
    expect(decided(account, confirmation(account, ['customers']))).toBe('unconfirmed');
  });

  it('is confirmed again if an own restricting event was written in between', () => {
    expect(decided({ ...account, version: 4, restricted: 4 }, confirmation(account))).toBe('unconfirmed');
  });

  it('is final despite an own event in between that does not restrict', () => {
    expect(decided({ ...account, version: 4 }, confirmation(account))).toBe(422);
  });

  it('is confirmed again if a stream that can restrict advanced', () => {
    const moved = { ...account, applied: { customers: 5, payments: 5 } };
    expect(decided(moved, confirmation(account))).toBe('unconfirmed');
  });

  it('is final although the last stream, which can only relax, advanced', () => {
    const moved = { ...account, applied: { customers: 4, payments: 9 } };
    expect(decided(moved, confirmation(account))).toBe(422);
  });

  it('is confirmed again if the customer was unknown before the pull', () => {
    expect(decided(account, confirmation(null))).toBe('unconfirmed');
    expect(decided(null, confirmation(null))).toBe(422);
  });

  it('is final at once if it rests on no stream', () => {
    expect(statusOf(batchOn().command(commandOf({ decide: () => refusal() }), null))).toBe(422);
  });

  it('is confirmed again if the batch has written an own restricting event', () => {
    const batch = batchOn({ accounts: [account] });
    expect(run(batch, commandOf()).map(statusOf)).toEqual([201]);
    expect(statusOf(batch.command(commandOf({ decide }), confirmation(account)))).toBe('unconfirmed');
  });
});
