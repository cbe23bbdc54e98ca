import { defineEntity, p } from '@mikro-orm/postgresql';
import { CUSTOMER_STATUSES, type CustomerStatus, LOAN_STATUSES, type LoanStatus } from '@mo/contracts';
import { MoneyType, WordType } from '@mo/database';

const money = () => p.type(new MoneyType()).$type<bigint>();
const time = () => p.datetime(3);

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    customerId: p.bigint('number').primary(),
    externalId: p.string().length(60).nullable(),
    status: p.type(new WordType(CUSTOMER_STATUSES)).$type<CustomerStatus>().nullable(),
    score: money(),
    debt: money(),
    lastTakenAt: time(),
    version: p.bigint('number'),
    customersApplied: p.bigint('number'),
    paymentsApplied: p.bigint('number'),
  },
});
/** A customer as the loans service sees it. */
export class AccountEntity extends AccountSchema.class {}
AccountSchema.setClass(AccountEntity);

const LoanSchema = defineEntity({
  name: 'Loan',
  tableName: 'loans',
  properties: {
    id: p.bigint('number').primary(),
    createdAt: time(),
    updatedAt: time(),
    externalId: p.string().length(60),
    amount: money(),
    status: p.type(new WordType(LOAN_STATUSES)).$type<LoanStatus>(),
    contractVersion: p.string().length(60).nullable(),
    maximumPaymentDate: time(),
    takenAt: time().nullable(),
    account: () => p.manyToOne(AccountEntity).name('customer_id'),
    outstanding: money(),
  },
});
export class LoanEntity extends LoanSchema.class {}
LoanSchema.setClass(LoanEntity);

export const entities = [AccountSchema, LoanSchema];
