/** The parts of this service that simulations run: its protocol model and command. */
export { makePaymentCommand } from './commands/make-payment.ts';
export type { PaymentNeeds } from './commands/needs.ts';
export type { PaymentAccount } from './domain/account.ts';
export { paymentModel } from './domain/model.ts';
export type { OpenLoan } from './domain/open-loan.ts';
export type { Payment } from './domain/payment.ts';
