import type { ProblemError } from '@mo/service-kit';
import type { Command, CommandOutcome } from '../src/index.ts';
import { batchOn, run, statusOf } from './batch-on.ts';
import {
  commandOf,
  eventOf,
  grant,
  keyOf,
  type Ledger,
  ledgerOf,
  NOW,
  NOW_MS,
  paymentApplied,
  refusal,
} from './ledger.ts';

const failureOf = (outcome: CommandOutcome | undefined) => (outcome?.kind === 'failed' ? outcome.error : undefined);
const bug = (): never => {
  throw new TypeError('a bug');
};

describe('commands of one batch', () => {
  it('are each decided on the state that the previous ones left, with consecutive versions', () => {
    const batch = batchOn({ accounts: [ledgerOf(1, { version: 4 }), ledgerOf(2)] });
    const outcomes = run(batch, commandOf(), commandOf({ customer: { customerId: 2 } }), commandOf());
    expect(outcomes.map((one) => one.kind === 'answered' && JSON.parse(one.answer.body))).toEqual([
      { loan: 101, version: 5 },
      { loan: 102, version: 1 },
      { loan: 103, version: 6 },
    ]);
    const { written, accounts } = batch.changes();
    expect(written.map((event) => [event.customer_id, event.version])).toEqual([
      [1, 5],
      [2, 1],
      [1, 6],
    ]);
    expect(accounts.map(({ before, after }) => [before?.version, after.version])).toEqual([
      [4, 6],
      [0, 1],
    ]);
  });

  it('write events with their time, the versions seen, and the trace context', () => {
    const account = ledgerOf(1, { version: 2, applied: { customers: 3, payments: 0 } });
    const batch = batchOn({ accounts: [account] });
    run(batch, commandOf({ origin: { requestId: 'r', traceparent: 'trace' } }));
    expect(batch.changes().written[0]).toMatchObject({
      stream: 'loans',
      type: 'LoanTaken',
      version: 3,
      time: NOW,
      seen: { customers: 3 },
      traceparent: 'trace',
    });
  });

  it('never decrease the time of a customer, even if the clock of a process is set back', () => {
    const times: number[] = [];
    const decide: Command<Ledger>['decide'] = (account, context) => {
      times.push(context.nowMs);
      return grant(account, context);
    };
    const batch = batchOn({ accounts: [ledgerOf(1, { lastTimeMs: NOW_MS + 5_000 })] });
    run(batch, commandOf({ decide }));
    expect(times).toEqual([NOW_MS + 5_000]);
    expect(batch.changes()).toMatchObject({
      written: [{ time: new Date(NOW_MS + 5_000).toISOString() }],
      accounts: [{ after: { lastTimeMs: NOW_MS + 5_000 } }],
    });
  });

  it('find an external_id taken if it was taken before, or if a previous command claimed it', () => {
    const batch = batchOn({ taken: ['old'] });
    const seen: boolean[] = [];
    const claim = (claims: string, decide: Command<Ledger>['decide'] = grant) =>
      commandOf({
        claims,
        decide: (account, context) => {
          seen.push(context.taken);
          return decide(account, context);
        },
      });
    run(
      batch,
      claim('old', () => refusal()),
      claim('a', () => refusal()),
      claim('a'),
      claim('a'),
      claim('b'),
    );
    expect(seen).toEqual([true, false, false, true, false]);
  });

  it('may register a customer under the id that was drawn for them', () => {
    const batch = batchOn({ accounts: [] });
    run(
      batch,
      commandOf({ customer: {}, registers: true }),
      commandOf({ customer: {}, registers: true, decide: () => refusal() }),
    );
    expect(batch.changes().accounts).toMatchObject([{ before: null, after: { customerId: 101, version: 1 } }]);
  });

  it('answer with a token of all versions of the account, including this command', () => {
    const [outcome] = run(
      batchOn({ accounts: [ledgerOf(1, { applied: { customers: 2, payments: 7 } })] }),
      commandOf(),
    );
    expect(outcome).toMatchObject({
      answer: { token: { customerId: 1, versions: { customers: 2, loans: 1, payments: 7 } } },
    });
  });

  it('name a customer by id, by external_id, or by both; ids of different customers are an error of the caller', () => {
    const accounts = [ledgerOf(1, { externalId: 'a' }), ledgerOf(2, { externalId: 'b' })];
    const by = (customerId?: number, externalId?: string) => {
      const [outcome] = run(batchOn({ accounts }), commandOf({ customer: { customerId, externalId } }));
      if (outcome?.kind === 'answered') return outcome.answer.token?.customerId;
      return (failureOf(outcome) as ProblemError).code;
    };
    expect([by(1), by(undefined, 'b'), by(2, 'b')]).toEqual([1, 2, 2]);
    expect([by(1, 'b'), by(1, 'c'), by(9, 'a')]).toEqual(['invalid_request', 'invalid_request', 'invalid_request']);
  });
});

describe('a command that throws', () => {
  const answersWithBug: Command<Ledger>['decide'] = (account, context) => ({ ...grant(account, context), answer: bug });

  it.each([
    ['deciding', bug],
    ['answering', answersWithBug],
    [
      'by its body, which is no JSON',
      (account, context) => ({ ...grant(account, context), answer: () => ({ status: 201, body: 1n }) }),
    ],
  ] as [string, Command<Ledger>['decide']][])('%s fails alone, and changes nothing', (_where, decide) => {
    const together = batchOn();
    const outcomes = run(
      together,
      commandOf({ key: keyOf('1') }),
      commandOf({ decide, key: keyOf('2'), claims: 'l' }),
      commandOf({ key: keyOf('3'), claims: 'l' }),
    );
    expect(outcomes.map(statusOf)).toEqual([201, 'failed', 201]);
    expect(failureOf(outcomes[1])).toBeInstanceOf(TypeError);
    const { written, answers, accounts } = together.changes();
    expect(written.map((event) => [event.version, 'loan_id' in event.data && event.data.loan_id])).toEqual([
      [1, 101],
      [2, 103],
    ]);
    expect(answers.map(({ key }) => key)).toEqual([keyOf('1'), keyOf('3')]);
    expect(accounts[0]?.after.history).toEqual(['loans 1', 'loans 2']);
  });
});

describe('an Idempotency-Key', () => {
  it('repeats the first answer byte for byte, without a second effect', () => {
    const batch = batchOn();
    const [first, second] = run(batch, commandOf({ key: keyOf('k') }), commandOf({ key: keyOf('k') }));
    expect(second).toMatchObject({ kind: 'answered', answer: { headers: { 'idempotency-replayed': 'true' } } });
    expect([first, second].map((one) => one?.kind === 'answered' && one.answer.body)).toEqual(
      Array(2).fill('{"loan":101,"version":1}'),
    );
    expect(batch.changes()).toMatchObject({ written: [{ version: 1 }], answers: [{ key: keyOf('k') }] });
  });

  it('repeats an answer of an earlier batch', () => {
    const earlier = batchOn();
    run(earlier, commandOf({ key: keyOf('k') }));
    const later = batchOn({ answers: earlier.changes().answers });
    expect(run(later, commandOf({ key: keyOf('k'), decide: bug })).map(statusOf)).toEqual([201]);
    expect(later.changes()).toMatchObject({ accounts: [], answers: [] });
  });

  it('with another body is refused', () => {
    const batch = batchOn();
    const outcomes = run(batch, commandOf({ key: keyOf('k') }), commandOf({ key: keyOf('k', 'other') }));
    expect(failureOf(outcomes[1])).toMatchObject({ code: 'idempotency_key_reused' });
    expect(batch.changes().written).toHaveLength(1);
  });

  it.each([
    [200, true],
    [201, true],
    [409, true],
    [422, true],
    [400, false],
    [404, false],
  ])('stores an answer of %d: %p', (status, isKept) => {
    const batch = batchOn();
    const decide = () => ({ ...refusal(), answer: () => ({ status, body: {} }) });
    run(batch, commandOf({ key: keyOf('k'), decide }));
    expect(batch.changes().answers).toHaveLength(isKept ? 1 : 0);
  });
});

describe('followed events', () => {
  it('take effect in arrival order, and later commands are decided on their effect', () => {
    const batch = batchOn({ accounts: [ledgerOf(1)] });
    expect(batch.events([eventOf('customers', 1, 1), eventOf('customers', 1, 1), eventOf('payments', 1, 2)])).toEqual([
      'apply',
      'duplicate',
      'gap',
    ]);
    run(batch, commandOf());
    expect(batch.changes()).toMatchObject({
      applied: [{ stream: 'customers', version: 1 }],
      written: [{ seen: { customers: 1 } }],
      accounts: [{ after: { applied: { customers: 1, payments: 0 }, behind: { payments: 2 } } }],
    });
  });

  it('that are duplicates change nothing', () => {
    const batch = batchOn({ accounts: [ledgerOf(1, { applied: { customers: 1, payments: 0 } })] });
    batch.events([eventOf('customers', 1, 1)]);
    expect(batch.changes()).toMatchObject({ accounts: [], applied: [] });
  });

  it('cause own events, in their trace and with their version in seen', () => {
    const batch = batchOn({ accounts: [ledgerOf(1)] });
    batch.events([paymentApplied(1, 1, 'trace')]);
    expect(batch.changes()).toMatchObject({
      written: [{ type: 'LoanPaid', version: 1, seen: { payments: 1 }, traceparent: 'trace' }],
      accounts: [{ after: { version: 1, restricted: 0, history: ['payments 1', 'loans 1'] } }],
    });
  });
});

it('a settlement names the version written, and is stored with the answer', () => {
  const batch = batchOn({ accounts: [ledgerOf(1, { version: 6 })] });
  const settle = { peer: 'payments' as const, statusOtherwise: 202 };
  const decide: Command<Ledger>['decide'] = (account, context) => ({ ...grant(account, context), settle });
  const [outcome] = run(batch, commandOf({ decide, key: keyOf('k') }));
  const expected = { customerId: 1, version: 7, settlement: settle };
  expect(outcome?.kind === 'answered' && outcome.settle).toEqual(expected);
  expect(batch.changes().answers[0]?.settle).toEqual(expected);
});
