/** The requests of clients, and their execution by a service: what its routes do, without HTTP. */
import { type ConsistencyToken, mergeTokens, type Stream } from '@mo/contracts';
import {
  type CustomerAccount,
  changeCustomerCommand,
  noCustomer,
  presentBalance,
  registerCustomerCommand,
} from '@mo/customers/model';
import { activateLoanCommand, type LoanAccount, rejectLoanCommand, takeLoanCommand } from '@mo/loans/model';
import { type Account, versionsOf } from '@mo/messaging';
import type { Money } from '@mo/money';
import { makePaymentCommand, type PaymentAccount } from '@mo/payments/model';
import {
  type Answer,
  answerProblem,
  answerWith,
  type Origin,
  ProblemError,
  type RequestKey,
  unavailable,
} from '@mo/service-kit';
import { EPOCH_MS } from '../engine/process.ts';
import { Outage } from '../world/database.ts';
import type { Replica } from '../world/replica.ts';
import type { LoanRows } from '../world/rows.ts';

interface Names {
  readonly customer_id?: number;
  readonly customer_external_id?: string;
}

export type Request =
  | {
      readonly kind: 'register';
      readonly externalId: string;
      readonly score: Money;
      readonly status: 'active' | 'inactive';
    }
  | {
      readonly kind: 'patch';
      readonly customerId: number;
      readonly score?: Money;
      readonly status?: 'active' | 'inactive';
    }
  | {
      readonly kind: 'take';
      readonly names: Names;
      readonly externalId: string;
      readonly amount: Money;
      readonly isPending: boolean;
      readonly takenAtMs: number | null;
    }
  | { readonly kind: 'activate' | 'reject'; readonly loanId: number }
  | { readonly kind: 'pay'; readonly names: Names; readonly externalId: string; readonly amount: Money }
  | { readonly kind: 'balance'; readonly customerId: number }
  | { readonly kind: 'list'; readonly stream: Stream; readonly customerId: number };

/** A request as sent. */
export interface Sent {
  readonly request: Request;
  readonly key: RequestKey | null;
  readonly token: ConsistencyToken | null;
  readonly origin: Origin;
}

/** An answer with the token of the state it saw, merged with the token of the request. */
export interface Given {
  readonly answer: Answer;
  readonly token: ConsistencyToken | null;
}

export const serviceOf = (request: Request): Stream => {
  switch (request.kind) {
    case 'register':
    case 'patch':
    case 'balance':
      return 'customers';
    case 'take':
    case 'activate':
    case 'reject':
      return 'loans';
    case 'pay':
      return 'payments';
    case 'list':
      return request.stream;
    default:
      return request satisfies never;
  }
};

/** Executes a request: applies the token, then runs the command or the read. Throws on a bug. */
export async function carryOut(replica: Replica, sent: Sent): Promise<Given> {
  try {
    if (sent.token !== null) await replica.writePath.catchUpWith(sent.token);
    const answer = await handle(replica, sent);
    return { answer, token: answer.token === null ? null : mergeTokens(answer.token, sent.token) };
  } catch (error) {
    const problem = error instanceof Outage ? unavailable('the database cannot be reached', error) : error;
    if (!(problem instanceof ProblemError)) throw problem;
    return { answer: answerProblem(problem, sent.origin.requestId), token: null };
  }
}

async function handle(replica: Replica, { request, key, origin }: Sent): Promise<Answer> {
  const customers = replica as unknown as Replica<CustomerAccount>;
  const loans = replica as unknown as Replica<LoanAccount>;
  const payments = replica as unknown as Replica<PaymentAccount>;
  switch (request.kind) {
    case 'register': {
      const body = {
        external_id: request.externalId,
        score: request.score,
        status: request.status,
        preapproved_at: null,
      };
      return customers.writePath.execute(registerCustomerCommand(body, key, origin));
    }
    case 'patch': {
      const { score, status } = request;
      return customers.writePath.execute(changeCustomerCommand(request.customerId, { score, status }, key, origin));
    }
    case 'balance':
      return readBalance(customers, request.customerId);
    case 'take':
      return loans.writePath.execute(takeLoanCommand(newLoan(request), key, origin));
    case 'activate':
    case 'reject': {
      const { loanId } = request;
      const customerId = await read(loans, () => (loans.database.rows as LoanRows).loans.get(loanId)?.customerId);
      if (customerId === undefined) throw new ProblemError('not_found', `there is no loan ${loanId}`);
      const command = request.kind === 'activate' ? activateLoanCommand : rejectLoanCommand;
      return loans.writePath.execute(command({ loanId, customerId }, key, origin));
    }
    case 'pay': {
      const body = { ...request.names, external_id: request.externalId, total_amount: request.amount };
      return payments.writePath.execute(makePaymentCommand(body, key, origin));
    }
    case 'list': {
      const progress = await replica.writePath.known({ customerId: request.customerId });
      if (progress === null) throw noCustomer(request.customerId);
      return answerWith(200, {}, { customerId: request.customerId, versions: versionsOf(replica.stream, progress) });
    }
    default:
      return request satisfies never;
  }
}

function newLoan({ names, externalId, amount, isPending, takenAtMs }: Extract<Request, { kind: 'take' }>) {
  return {
    ...names,
    external_id: externalId,
    amount,
    contract_version: null,
    maximum_payment_date: new Date(EPOCH_MS),
    status: isPending ? ('pending' as const) : ('active' as const),
    ...(takenAtMs === null ? {} : { taken_at: new Date(takenAtMs) }),
  };
}

/** One statement, like the production query. */
async function readBalance(replica: Replica<CustomerAccount>, customerId: number): Promise<Answer> {
  const account = await read(replica, () => replica.database.rows.accounts.get(customerId));
  if (account === undefined) throw noCustomer(customerId);
  return answerWith(200, presentBalance(account), { customerId, versions: versionsOf('customers', account) });
}

function read<A extends Account, T>({ process, database, random }: Replica<A>, work: () => T): Promise<T> {
  return process.ask(random.between(60, 600), 0, () => {
    database.mustBeUp();
    return work();
  });
}
