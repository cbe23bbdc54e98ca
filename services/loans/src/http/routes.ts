import { operations } from '@mo/contracts';
import type { ServiceParts } from '@mo/messaging';
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
    const customer = { customerId: query.customer_id, externalId: query.customer_external_id };
    await writePath.checkFilter(customer);
    const { rows, token } = await writePath.read(
      () => findLoans(database, query),
      ({ results: [loan] }) => ({
        // The filter by external_id leaves one row at most.
        ...customer,
        customerId: customer.customerId ?? (query.external_id === undefined ? undefined : loan?.customer_id),
      }),
    );
    return answerPage(rows, url, token);
  });

  serve(operations.listCustomerLoans, async ({ params: { customer_id: customerId }, query, url }) => {
    if ((await writePath.known({ customerId })) === null)
      throw new ProblemError('not_found', `there is no customer ${customerId}`);
    const find = () => findLoans(database, { ...query, customer_id: customerId });
    const { rows, token } = await writePath.read(find, () => ({ customerId }));
    return answerPage(rows, url, token);
  });
}

const notFound = (loanId: number): ProblemError => new ProblemError('not_found', `there is no loan ${loanId}`);
