/** The databases of the three services, each watched by the oracle: what it commits is checked in that instant. */
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
        countLoans(figures, ledger, changes);
        checkRows(report, ledger, service, changes, { loans, payments });
      } catch (error) {
        report('the model follows', error instanceof Error ? (error.stack ?? '') : String(error));
      }
    };
  const open = <A extends Account>(model: StreamModel<A>, rows: Rows<A>): Database =>
    new Database(scheduler, options.tamper?.model?.(model) ?? model, rows, committed(model.stream));
  return {
    customers: open(customerModel, new CustomerRows()),
    loans: open(loanModel, loans),
    payments: open(paymentModel, payments),
  };
}

function countLoans(figures: Figures, ledger: Ledger, { written }: BatchChanges<Account>): void {
  for (const { type, customer_id, data } of written) {
    if (type !== 'LoanTaken' && type !== 'LoanRequested') continue;
    figures.grants += 1;
    if (type === 'LoanTaken' && ledger.customers.get(customer_id)?.loans.get(data.loan_id)?.jumped) figures.jumps += 1;
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
