import { Command, Option } from '@commander-js/extra-typings';
import type { Payment } from '@mo/client';
import { CommandError } from '@mo/command';
import { PAYMENT_STATUSES } from '@mo/contracts';
import { findPayment } from '../lookup.ts';
import {
  allOption,
  customerIdOption,
  customerNamed,
  customerOption,
  examples,
  idOption,
  keyOption,
  maxOption,
  time,
  wanted,
} from '../options.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';

const COLUMNS: readonly Column<Payment>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'EXTERNAL_ID', of: ({ external_id }) => external_id },
  { head: 'CUSTOMER', of: ({ customer_external_id }) => customer_external_id },
  { head: 'STATUS', of: ({ status, rejection_reason: reason }) => (reason === null ? status : `${status}: ${reason}`) },
  { head: 'AMOUNT', of: ({ total_amount }) => total_amount, isNumber: true },
  { head: 'PAID_AT', of: ({ paid_at }) => paid_at },
];
const DETAILS: Column<Payment> = {
  head: 'SPREAD',
  of: ({ details }) => details.map(({ loan_external_id, amount }) => `${loan_external_id} ${amount}`).join(', '),
};

export const paymentsCommand = () =>
  new Command('payments')
    .description('payments, spread over the open loans, oldest first')
    .addCommand(make())
    .addCommand(list())
    .addCommand(show());

const make = () =>
  new Command('make')
    .description('make a payment; if it exceeds the debt, it is recorded as rejected (exit code 1)')
    .argument('<external_id>', 'your id for the payment')
    .addOption(customerOption('the customer that pays'))
    .addOption(customerIdOption())
    .requiredOption('--amount <amount>', 'the amount, such as 250.00')
    .option('--paid-at <time>', 'when it was paid; default: now', time)
    .addOption(keyOption())
    .addHelpText('after', examples('mo payments make payment-1 --customer ada --amount 250'))
    .action((external_id, { amount, paidAt, idempotencyKey, ...options }, command) =>
      run(command, async (context) => {
        if (options.customer === undefined && options.customerId === undefined)
          throw new CommandError('specify the customer with --customer or --customer-id');
        const payment = { external_id, ...customerNamed(options), total_amount: amount, paid_at: paidAt };
        const made = await context.client().payments.make(payment, { idempotencyKey, signal: context.stopping });
        context.out.record(made, [...COLUMNS, DETAILS]);
        return made.status === 'rejected' ? EXIT.notWell : EXIT.done;
      }),
    );

const list = () =>
  new Command('list')
    .description('list payments, newest first')
    .addOption(customerOption('only this customer'))
    .addOption(customerIdOption())
    .addOption(new Option('--status <status>', 'only this status').choices(PAYMENT_STATUSES))
    .option('--paid-from <time>', 'paid at or after this time', time)
    .option('--paid-to <time>', 'paid at or before this time', time)
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo payments list --customer ada', 'mo payments list --paid-from 2026-11-01 --all'))
    .action(({ status, paidFrom, paidTo, max, all, ...options }, command) =>
      run(command, async (context) => {
        const query = { ...customerNamed(options), status, paid_from: paidFrom, paid_to: paidTo };
        const payments = context.client().payments.list(query, { signal: context.stopping });
        await context.out.rows(wanted(payments, { all, max }, context.out), COLUMNS);
        return EXIT.done;
      }),
    );

const show = () =>
  new Command('show')
    .alias('get')
    .description('show a payment, and how it was spread')
    .argument('[external_id]', 'the payment')
    .addOption(idOption('payment'))
    .addHelpText('after', examples('mo payments show payment-1'))
    .action((externalId, { id }, command) =>
      run(command, async (context) => {
        const payment = await findPayment(context.client(), { externalId, id }, context.stopping);
        context.out.record(payment, [...COLUMNS, DETAILS]);
        return EXIT.done;
      }),
    );
