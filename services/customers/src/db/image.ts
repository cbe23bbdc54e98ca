/** The rows that the customers service's tables must hold for a customer, derived from the customer's events. */
import { CUSTOMER_STATUSES, isoTime, type StreamEvent } from '@mo/contracts';
import { codeOf } from '@mo/database';
import { type Audited, type Image, type ImageRow, imageTable, progressRow, progressTypes } from '@mo/messaging';
import { formatMoney } from '@mo/money';
import type { CustomerAccount } from '../domain/account.ts';
import { customerModel } from '../domain/model.ts';
import { entryOf, STATEMENT_KINDS } from '../domain/statement.ts';
import { CUSTOMER } from './accounts-table.ts';
import { ENTRY } from './statement-table.ts';

const customers = imageTable('customers', {
  key: ['id'],
  customerColumn: 'id',
  isAccount: true,
  columns: CUSTOMER,
});

const balances = imageTable('balances', {
  key: ['customer_id'],
  isAccount: true,
  columns: { customer_id: 'bigint', total_debt: 'numeric', ...progressTypes(customerModel.follows) },
});

const statementEntries = imageTable('statement_entries', {
  key: ['customer_id', 'kind', 'version'],
  columns: ENTRY,
});

class CustomerImage implements Image<CustomerAccount> {
  readonly #entries: ImageRow[] = [];

  complete(account: CustomerAccount): CustomerAccount {
    return account;
  }

  keep(account: CustomerAccount, event: StreamEvent): CustomerAccount {
    const entry = entryOf(event);
    if (entry !== null)
      this.#entries.push({
        customer_id: String(entry.customerId),
        at: isoTime(entry.at),
        kind: String(codeOf(STATEMENT_KINDS, entry.kind)),
        version: String(entry.version),
        reference: entry.reference,
        amount: formatMoney(entry.amount),
      });
    return account;
  }

  faultOf(): null {
    return null;
  }

  rows(account: CustomerAccount) {
    const customer = {
      id: String(account.customerId),
      created_at: isoTime(account.createdAt),
      updated_at: isoTime(account.updatedAt),
      external_id: account.externalId,
      status: String(codeOf(CUSTOMER_STATUSES, account.status)),
      score: formatMoney(account.score),
      preapproved_at: account.preapprovedAt === null ? null : isoTime(account.preapprovedAt),
    };
    const balance = {
      customer_id: String(account.customerId),
      total_debt: formatMoney(account.totalDebt),
      ...progressRow(account),
    };
    return { customers: [customer], balances: [balance], statement_entries: this.#entries };
  }

  owing({ totalDebt }: CustomerAccount) {
    return { total: totalDebt, active: null };
  }
}

export const customersAudited: Audited<CustomerAccount> = {
  model: customerModel,
  tables: [customers, balances, statementEntries],
  progressTable: 'balances',
  create: null,
  image: () => new CustomerImage(),
};
