import type { Answer, Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type { Loan, NewLoan, QueryOf } from '../types.ts';
import { jsonBody } from '../upload.ts';
import { namedIn, ofLoan } from './subjects.ts';

/** Loans, taken within the credit line of a customer. */
export class Loans {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Takes a loan, or requests one with the status pending. A refusal is a problem, such as `credit_limit_exceeded`. */
  take(loan: NewLoan, options?: CallOptions): Promise<Loan> {
    return this.#noted(this.#caller.call('takeLoan', { body: jsonBody(loan), about: namedIn(loan) }, options));
  }

  get(loanId: number, options?: CallOptions): Promise<Loan> {
    return this.#noted(this.#caller.call('getLoan', aboutLoan(loanId), options));
  }

  /** Grants a pending loan. */
  activate(loanId: number, options?: CallOptions): Promise<Loan> {
    return this.#noted(this.#caller.call('activateLoan', aboutLoan(loanId), options));
  }

  /** Rejects a pending loan, which frees its credit. */
  reject(loanId: number, options?: CallOptions): Promise<Loan> {
    return this.#noted(this.#caller.call('rejectLoan', aboutLoan(loanId), options));
  }

  /** Newest first. */
  list(query: QueryOf<'listLoans'> = {}, options?: CallOptions): List<Loan> {
    return this.#caller.list('listLoans', { query, about: namedIn(query) }, ofLoan, options);
  }

  async #noted(answer: Promise<Answer<Loan>>): Promise<Loan> {
    const { body } = await answer;
    this.#caller.tokens.note(ofLoan(body));
    return body;
  }
}

const aboutLoan = (loanId: number) => ({ path: { loan_id: loanId }, about: { loanId } });
