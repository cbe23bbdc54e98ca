/** What a loans command needs besides the account: the loans with these ids. */
export interface LoanNeeds {
  readonly loanIds: readonly number[];
}

export const NO_LOANS: LoanNeeds = { loanIds: [] };
