/** What a simulation runs of this service: its part in the protocol, its commands, and how it shows a balance. */
export { changeCustomerCommand } from './commands/change-customer.ts';
export { registerCustomerCommand } from './commands/register-customer.ts';
export type { CustomerAccount } from './domain/account.ts';
export { customerModel } from './domain/model.ts';
export { noCustomer } from './http/no-customer.ts';
export { presentBalance } from './http/presenter.ts';
