import type { NewPayment } from '@mo/contracts';
import { type Command, type CustomerRef, type Decision, refuse, refuseUnknown } from '@mo/messaging';
import { invalid, type Origin, ProblemError, type RequestKey } from '@mo/service-kit';
import type { PaymentAccount } from '../domain/account.ts';
import { makePayment, PAYMENT_LOANS_MAX, type Spread } from '../domain/payment.ts';
import { presentPayment } from '../http/presenter.ts';
import type { PaymentNeeds } from './needs.ts';

/** Makes a payment: spread over the customer's active loans, oldest first, or recorded as rejected. */
export function makePaymentCommand(
  request: NewPayment,
  key: RequestKey | null,
  origin: Origin,
): Command<PaymentAccount, PaymentNeeds> {
  const customer = { customerId: request.customer_id, externalId: request.customer_external_id };
  return {
    name: 'make-payment',
    customer,
    claims: request.external_id,
    needs: { total: request.total_amount },
    key,
    origin,
    decide: (account, { nowMs, id, taken }) => {
      const spread = makePayment(account, request, id, nowMs);
      const isInvalid = spread.kind === 'refused' && spread.code !== 'customer_not_found';
      if (taken && !isInvalid)
        return refuse(new ProblemError('already_exists', `the payment ${request.external_id} already exists`), origin);
      return decisionOn(spread, customer, origin);
    },
  };
}

/** A rejection is recorded, but is also a refusal: before it is final, loans is pulled, which can only relax it. */
function decisionOn(spread: Spread, customer: CustomerRef, origin: Origin): Decision<PaymentAccount> {
  switch (spread.kind) {
    case 'applied':
      return recorded(spread, []);
    case 'rejected':
      return recorded(spread, ['loans']);
    case 'refused':
      return refused(spread.code, customer, origin);
    default:
      return spread satisfies never;
  }
}

function refused(
  code: Extract<Spread, { kind: 'refused' }>['code'],
  customer: CustomerRef,
  origin: Origin,
): Decision<PaymentAccount> {
  switch (code) {
    case 'paid_in_future':
      throw invalid('body', '/paid_at', 'must not be in the future', 'in_future');
    case 'too_many_loans': {
      const rule = `must not pay more than ${PAYMENT_LOANS_MAX} loans: make several payments`;
      throw invalid('body', '/total_amount', rule, 'too_many_loans');
    }
    case 'customer_not_found':
      return refuseUnknown(customer, origin);
    default:
      return code satisfies never;
  }
}

function recorded(
  spread: Exclude<Spread, { kind: 'refused' }>,
  confirmBy: Decision<PaymentAccount>['confirmBy'],
): Decision<PaymentAccount> {
  return {
    events: [spread],
    confirmBy,
    answer: (after) => ({ status: 201, body: presentPayment(after, spread.data.payment_id) }),
  };
}
