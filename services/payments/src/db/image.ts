/** The rows that the payments service's tables must hold for a customer, derived from the customer's events. */
import { isDeepStrictEqual } from 'node:util';
import { type EventData, isoTime, PAYMENT_STATUSES, type StreamEvent } from '@mo/contracts';
import { codeOf } from '@mo/database';
import { type Audited, type Image, type ImageTable, imageTable, progressRow } from '@mo/messaging';
import { allocate, formatMoney, type Money, parseMoney } from '@mo/money';
import type { PaymentAccount } from '../domain/account.ts';
import { paymentModel } from '../domain/model.ts';
import { type OpenLoan, sortsBefore } from '../domain/open-loan.ts';
import type { Payment } from '../domain/payment.ts';
import { ACCOUNT, PAYMENT } from './accounts-table.ts';
import { OPEN_LOAN } from './open-loans.ts';

const accounts = imageTable('accounts', {
  key: ['customer_id'],
  isAccount: true,
  columns: ACCOUNT,
});

const openLoans = imageTable('open_loans', {
  key: ['loan_id'],
  columns: OPEN_LOAN,
  computed: { is_open: 'outstanding > 0' },
});

const payments = imageTable('payments', {
  key: ['id'],
  columns: PAYMENT,
});

/**
 * Without their ids, which the database generates: events identify a detail by its payment and its loan. OFFSET keeps
 * PostgreSQL from reordering the join: a plan prepared while the tables were small could otherwise read all details
 * first.
 */
const details: ImageTable = {
  name: 'payment_details',
  key: ['payment_id', 'loan_id'],
  columns: {
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
    amount: 'numeric',
    loan_id: 'bigint',
    payment_id: 'bigint',
  },
  from: `payments p CROSS JOIN LATERAL (
      SELECT d.ctid, d.* FROM payment_details d WHERE d.payment_id = p.id OFFSET 0
    ) t`,
  customer: 'p.customer_id',
  customerColumn: null,
  isAccount: false,
};

const NO_PAYMENTS: ReadonlyMap<number, Payment> = new Map();

class PaymentImage implements Image<PaymentAccount> {
  readonly #loans = new Map<number, OpenLoan>();
  /** The loans with an outstanding amount. */
  readonly #owed = new Map<number, OpenLoan>();
  readonly #payments: Payment[] = [];

  complete(account: PaymentAccount, { data }: StreamEvent): PaymentAccount {
    if (!('details' in data)) return account;
    return { ...account, loans: data.details.flatMap((detail) => this.#loans.get(detail.loan_id) ?? []) };
  }

  keep(account: PaymentAccount): PaymentAccount {
    for (const loan of account.loans) {
      this.#loans.set(loan.id, loan);
      if (loan.outstanding > 0n) this.#owed.set(loan.id, loan);
      else this.#owed.delete(loan.id);
    }
    this.#payments.push(...account.payments.values());
    return { ...account, loans: [], payments: NO_PAYMENTS };
  }

  /** A payment must be applied in full to the oldest loans first, or rejected because it exceeds the debt. */
  faultOf(account: PaymentAccount, event: StreamEvent): string | null {
    if (event.type === 'PaymentApplied') {
      const { total_amount: total, details: parts } = event.data;
      const sum = formatMoney(parts.reduce((amount, part) => amount + parseMoney(part.amount), 0n));
      if (sum !== total) return `its details sum to ${sum}, not ${total}`;
      const due = this.#spread(parseMoney(total));
      return isDeepStrictEqual(parts, due) ? null : 'its parts do not pay the oldest loans first';
    }
    if (event.type !== 'PaymentRejected') return `${event.type} is an event of another service`;
    const isRight = parseMoney(event.data.total_amount) > account.owed;
    return isRight ? null : `it is rejected, though ${formatMoney(account.owed)} is owed`;
  }

  #spread(total: Money): EventData<'PaymentApplied'>['details'] | undefined {
    const oldestFirst = [...this.#owed.values()].sort((loan, other) => (sortsBefore(loan, other) ? -1 : 1));
    return allocate(total, oldestFirst)?.map(({ id, amount }) => ({ loan_id: id, amount: formatMoney(amount) }));
  }

  rows(account: PaymentAccount) {
    const row = {
      customer_id: String(account.customerId),
      external_id: account.externalId,
      owed: formatMoney(account.owed),
      ...progressRow(account),
    };
    return {
      accounts: [row],
      open_loans: this.#loans.values().map((loan) => openLoanRow(account.customerId, loan)),
      payments: this.#payments.values().map(paymentRow),
      payment_details: this.#payments.values().flatMap(detailRows),
    };
  }

  owing({ owed }: PaymentAccount) {
    return { total: null, active: owed };
  }
}

function openLoanRow(customerId: number, loan: OpenLoan) {
  return {
    loan_id: String(loan.id),
    customer_id: String(customerId),
    external_id: loan.externalId,
    taken_at: isoTime(loan.takenAtMs),
    amount: formatMoney(loan.amount),
    outstanding: formatMoney(loan.outstanding),
  };
}

function paymentRow(payment: Payment) {
  return {
    id: String(payment.id),
    created_at: isoTime(payment.createdAt),
    updated_at: isoTime(payment.updatedAt),
    external_id: payment.externalId,
    total_amount: formatMoney(payment.totalAmount),
    status: String(codeOf(PAYMENT_STATUSES, payment.status)),
    paid_at: isoTime(payment.paidAt),
    customer_id: String(payment.customerId),
  };
}

function detailRows(payment: Payment) {
  return payment.details.map(({ loanId, amount }) => ({
    created_at: isoTime(payment.createdAt),
    updated_at: isoTime(payment.createdAt),
    amount: formatMoney(amount),
    loan_id: String(loanId),
    payment_id: String(payment.id),
  }));
}

export const paymentsAudited: Audited<PaymentAccount> = {
  model: paymentModel,
  tables: [accounts, openLoans, payments, details],
  progressTable: 'accounts',
  create: 'INSERT INTO accounts (customer_id) VALUES ($1) ON CONFLICT DO NOTHING',
  image: () => new PaymentImage(),
};
