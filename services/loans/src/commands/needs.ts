/** What a loans command needs beside the customer's account: the loans that it names. */
export interface LoanNeeds {
  readonly loanIds: readonly number[];
}

export const NO_LOANS: LoanNeeds = { loanIds: [] };
