import { operations } from '@mo/contracts';
import type { ServiceParts } from '@mo/messaging';
import { answerPage, answerWith, ProblemError } from '@mo/service-kit';
import { makePaymentCommand } from '../commands/make-payment.ts';
import type { PaymentAccount } from '../domain/account.ts';
import { findPayment, findPayments } from '../queries/find-payments.ts';

/** All API operations of the payments service. */
export function paymentRoutes({ serve, database, streams: { writePath } }: ServiceParts<PaymentAccount>): void {
  serve(operations.makePayment, ({ body, key, origin }) => writePath.execute(makePaymentCommand(body, key, origin)));

  serve(operations.getPayment, async ({ params: { payment_id: paymentId } }) => {
    const found = await findPayment(database, paymentId);
    if (found === null) throw new ProblemError('not_found', `there is no payment ${paymentId}`);
    return answerWith(200, found.body, { customerId: found.customerId, versions: found.versions });
  });

  serve(operations.listPayments, async ({ query, url }) => {
    const customer = { customerId: query.customer_id, externalId: query.customer_external_id };
    await writePath.checkFilter(customer);
    const { rows, token } = await writePath.read(
      () => findPayments(database, query),
      ({ results: [payment] }) => ({
        // The filter by external_id leaves one row at most.
        ...customer,
        customerId: customer.customerId ?? (query.external_id === undefined ? undefined : payment?.customer_id),
      }),
    );
    return answerPage(rows, url, token);
  });

  serve(operations.listCustomerPayments, async ({ params: { customer_id: customerId }, query, url }) => {
    if ((await writePath.known({ customerId })) === null)
      throw new ProblemError('not_found', `there is no customer ${customerId}`);
    const find = () => findPayments(database, { ...query, customer_id: customerId });
    const { rows, token } = await writePath.read(find, () => ({ customerId }));
    return answerPage(rows, url, token);
  });
}
