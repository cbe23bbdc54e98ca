import { operations } from '@mo/contracts';
import { type ServiceParts, versionsOf } from '@mo/messaging';
import { type Answer, answerPage, answerWith, ProblemError, type ValidRequest } from '@mo/service-kit';
import { activateLoanCommand, rejectLoanCommand } from '../commands/decide-pending.ts';
import { takeLoanCommand } from '../commands/take-loan.ts';
import type { LoanAccount } from '../domain/account.ts';
import { customerOfLoan, findLoan, findLoans } from '../queries/find-loans.ts';

type OnPending = typeof operations.activateLoan | typeof operations.rejectLoan;

/** All API operations of the loans service. */
export function loanRoutes({ serve, database, streams: { writePath } }: ServiceParts<LoanAccount>): void {
  serve(operations.takeLoan, ({ body, key, origin }) => writePath.execute(takeLoanCommand(body, key, origin)));

  const onPending =
    (command: typeof activateLoanCommand) =>
    async ({ params: { loan_id: loanId }, key, origin }: ValidRequest<OnPending>): Promise<Answer> => {
      const customerId = await customerOfLoan(database, loanId);
      if (customerId === null) throw notFound(loanId);
      return writePath.execute(command({ loanId, customerId }, key, origin));
    };
  serve(operations.activateLoan, onPending(activateLoanCommand));
  serve(operations.rejectLoan, onPending(rejectLoanCommand));

  serve(operations.getLoan, async ({ params: { loan_id: loanId } }) => {
    const found = await findLoan(database, loanId);
    if (found === null) throw notFound(loanId);
    return answerWith(200, found.body, { customerId: found.customerId, versions: found.versions });
  });

  serve(operations.listLoans, async ({ query, url }) => {
    const token = await writePath.seen({ customerId: query.customer_id, externalId: query.customer_external_id });
    return answerPage(await findLoans(database, query), url, token);
  });

  serve(operations.listCustomerLoans, async ({ params: { customer_id: customerId }, query, url }) => {
    const progress = await writePath.known({ customerId });
    if (progress === null) throw new ProblemError('not_found', `there is no customer ${customerId}`);
    const page = await findLoans(database, { ...query, customer_id: customerId });
    return answerPage(page, url, { customerId, versions: versionsOf('loans', progress) });
  });
}

const notFound = (loanId: number): ProblemError => new ProblemError('not_found', `there is no loan ${loanId}`);
