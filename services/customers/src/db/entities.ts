import { defineEntity, p } from '@mikro-orm/postgresql';
import { CUSTOMER_STATUSES, type CustomerStatus } from '@mo/contracts';
import { MoneyType, WordType } from '@mo/database';

const money = () => p.type(new MoneyType()).$type<bigint>();
const time = () => p.datetime(3);

const CustomerSchema = defineEntity({
  name: 'Customer',
  tableName: 'customers',
  properties: {
    id: p.bigint('number').primary(),
    createdAt: time(),
    updatedAt: time(),
    externalId: p.string().length(60),
    status: p.type(new WordType(CUSTOMER_STATUSES)).$type<CustomerStatus>(),
    score: money(),
    preapprovedAt: time().nullable(),
  },
});
export class CustomerEntity extends CustomerSchema.class {}
CustomerSchema.setClass(CustomerEntity);

const BalanceSchema = defineEntity({
  name: 'Balance',
  tableName: 'balances',
  properties: {
    customer: () => p.manyToOne(CustomerEntity).name('customer_id').primary(),
    totalDebt: money(),
    version: p.bigint('number'),
    loansApplied: p.bigint('number'),
    paymentsApplied: p.bigint('number'),
  },
});
/** A customer's debt, and the versions that the account has applied. */
export class BalanceEntity extends BalanceSchema.class {}
BalanceSchema.setClass(BalanceEntity);

export const entities = [CustomerSchema, BalanceSchema];
