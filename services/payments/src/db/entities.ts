import { defineEntity, p } from '@mikro-orm/postgresql';
import { PAYMENT_STATUSES, type PaymentStatus } from '@mo/contracts';
import { MoneyType, WordType } from '@mo/database';

const money = () => p.type(new MoneyType()).$type<bigint>();
const time = () => p.datetime(3);

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    customerId: p.bigint('number').primary(),
    externalId: p.string().length(60).nullable(),
    owed: money(),
    version: p.bigint('number'),
    customersApplied: p.bigint('number'),
    loansApplied: p.bigint('number'),
  },
});
/** A customer as the payments service sees it. */
export class AccountEntity extends AccountSchema.class {}
AccountSchema.setClass(AccountEntity);

const OpenLoanSchema = defineEntity({
  name: 'OpenLoan',
  tableName: 'open_loans',
  properties: {
    loanId: p.bigint('number').primary(),
    customerId: p.bigint('number'),
    externalId: p.string().length(60),
    takenAt: time(),
    amount: money(),
    outstanding: money(),
  },
});
/** A loan that is or was active. */
export class OpenLoanEntity extends OpenLoanSchema.class {}
OpenLoanSchema.setClass(OpenLoanEntity);

const PaymentSchema = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.bigint('number').primary(),
    createdAt: time(),
    updatedAt: time(),
    externalId: p.string().length(60),
    totalAmount: money(),
    status: p.type(new WordType(PAYMENT_STATUSES)).$type<PaymentStatus>(),
    paidAt: time(),
    account: () => p.manyToOne(AccountEntity).name('customer_id'),
    details: () => p.oneToMany(DetailEntity).mappedBy('payment'),
  },
});
export class PaymentEntity extends PaymentSchema.class {}
PaymentSchema.setClass(PaymentEntity);

const DetailSchema = defineEntity({
  name: 'PaymentDetail',
  tableName: 'payment_details',
  properties: {
    id: p.bigint('number').primary(),
    createdAt: time(),
    updatedAt: time(),
    amount: money(),
    loan: () => p.manyToOne(OpenLoanEntity).name('loan_id'),
    payment: () => p.manyToOne(PaymentEntity).name('payment_id'),
  },
});
/** The part of a payment that went to one loan. */
export class DetailEntity extends DetailSchema.class {}
DetailSchema.setClass(DetailEntity);

export const entities = [AccountSchema, OpenLoanSchema, PaymentSchema, DetailSchema];
