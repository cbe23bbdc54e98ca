/** The parts of this service that simulations run: its protocol model, commands and representation of a balance. */
export { changeCustomerCommand } from './commands/change-customer.ts';
export { registerCustomerCommand } from './commands/register-customer.ts';
export type { CustomerAccount } from './domain/account.ts';
export { customerModel } from './domain/model.ts';
export { noCustomer } from './http/no-customer.ts';
export { presentBalance } from './http/presenter.ts';
