/** The databases of the three services. The oracle checks each of their commits at its instant. */
import type { Stream } from '@mo/contracts';
import { customerModel } from '@mo/customers/model';
import { loanModel } from '@mo/loans/model';
import type { Account, BatchChanges, StreamModel } from '@mo/messaging';
import { paymentModel } from '@mo/payments/model';
import type { Ledger } from '../oracle/commits.ts';
import { checkRows } from '../oracle/rows-hold.ts';
import { Database, type OnCommit } from './database.ts';
import type { Figures } from './figures.ts';
import { CustomerRows, LoanRows, PaymentRows, type Rows } from './rows.ts';
import type { World } from './world.ts';

export function createDatabases(world: World): Record<Stream, Database> {
  const loans = new LoanRows();
  const payments = new PaymentRows();
  const { scheduler, figures, history, ledger, report, options } = world;
  const committed =
    (service: Stream): OnCommit =>
    (process, changes, lockedMs) => {
      figures.commits += 1;
      history.note(() => `${world.time}   ${process.name} commits ${summaryOf(changes)}`);
      try {
        ledger.committed(service, changes, lockedMs);
        countEffects(figures, ledger, changes);
        checkRows(report, ledger, service, changes, { loans, payments });
      } catch (error) {
        report('the model follows', error instanceof Error ? (error.stack ?? '') : String(error));
      }
    };
  const open = <A extends Account>(model: StreamModel<A>, rows: Rows<A>): Database =>
    new Database(scheduler, options.tamper?.model?.(model) ?? model, rows, {
      onCommit: committed(model.stream),
      onCircle: (key) => report('one order of locks', `${model.stream} waits in a circle for ${key}`),
    });
  return {
    customers: open(customerModel, new CustomerRows()),
    loans: open(loanModel, loans),
    payments: open(paymentModel, payments),
  };
}

function countEffects(figures: Figures, ledger: Ledger, { written }: BatchChanges<Account>): void {
  for (const { type, customer_id, data } of written) {
    if (type === 'LoanRequested') figures.requestedLoans += 1;
    if (type === 'LoanRejected') figures.rejectedLoans += 1;
    if (type === 'LoanPaid') figures.paidLoans += 1;
    if (type === 'PaymentApplied') figures.appliedPayments += 1;
    if (type === 'CustomerUpdated' && data.status === 'inactive') figures.madeInactive += 1;
    if (type !== 'LoanTaken') continue;
    if (data.requested) figures.activatedLoans += 1;
    else figures.takenLoans += 1;
    if (ledger.customers.get(customer_id)?.loans.get(data.loan_id)?.jumped) figures.backdatedLoans += 1;
  }
}

function summaryOf({ written, applied, answers }: BatchChanges<Account>): string {
  const name = ({ stream, customer_id, version, type }: BatchChanges<Account>['written'][number]): string =>
    `${type} ${stream}-${customer_id}-${version}`;
  const parts = [
    ...written.map((event) => `+${name(event)} ${JSON.stringify(event.data)} seen ${JSON.stringify(event.seen)}`),
    ...applied.map((event) => `<${name(event)}`),
  ];
  return `${parts.join(', ')}${answers.length > 0 ? ` (${answers.length} answers)` : ''}`;
}
