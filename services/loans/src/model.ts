/** The parts of this service that simulations run: its protocol model, commands and representation of a loan. */
export { activateLoanCommand, rejectLoanCommand } from './commands/decide-pending.ts';
export type { LoanNeeds } from './commands/needs.ts';
export { takeLoanCommand } from './commands/take-loan.ts';
export type { LoanAccount } from './domain/account.ts';
export type { Loan } from './domain/loan.ts';
export { loanModel } from './domain/model.ts';
export { presentLoan } from './http/presenter.ts';
