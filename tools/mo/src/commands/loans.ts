import { Command, Option } from '@commander-js/extra-typings';
import type { Loan } from '@mo/client';
import { CommandError } from '@mo/command';
import { LOAN_STATUSES } from '@mo/contracts';
import { findLoan } from '../lookup.ts';
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

const COLUMNS: readonly Column<Loan>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'EXTERNAL_ID', of: ({ external_id }) => external_id },
  { head: 'CUSTOMER', of: ({ customer_external_id }) => customer_external_id },
  { head: 'STATUS', of: ({ status }) => status },
  { head: 'AMOUNT', of: ({ amount }) => amount, isNumber: true },
  { head: 'OUTSTANDING', of: ({ outstanding }) => outstanding, isNumber: true },
  { head: 'TAKEN_AT', of: ({ taken_at }) => taken_at },
  { head: 'DUE', of: ({ maximum_payment_date }) => maximum_payment_date },
];

export const loansCommand = () =>
  new Command('loans')
    .description('loans within a credit line')
    .addCommand(take())
    .addCommand(list())
    .addCommand(show())
    .addCommand(decide('activate', 'grant a pending loan'))
    .addCommand(decide('reject', 'reject a pending loan, and release its credit'));

const take = () =>
  new Command('take')
    .description('take a loan, or request one with --pending')
    .argument('<external_id>', 'your id for the loan')
    .addOption(customerOption('the customer that takes it'))
    .addOption(customerIdOption())
    .requiredOption('--amount <amount>', 'the amount, such as 600.00')
    .requiredOption('--due <time>', 'the time by which it must be paid, such as 2030-01-31T09:30:00Z, or a day', time)
    .option('--taken-at <time>', 'when it was taken; default: now', time)
    .option('--contract-version <label>', 'the version of its contract')
    .option('--pending', 'only request it: it reserves credit until it is activated or rejected')
    .addOption(keyOption())
    .addHelpText(
      'after',
      examples(
        'mo loans take loan-1 --customer ada --amount 600 --due 2030-01-01',
        'mo loans take loan-2 --customer-id 7 --amount 100 --due 2030-01-01 --pending',
      ),
    )
    .action((external_id, options, command) =>
      run(command, async (context) => {
        const { amount, due, takenAt, contractVersion, pending, idempotencyKey } = options;
        if (options.customer === undefined && options.customerId === undefined)
          throw new CommandError('specify the customer with --customer or --customer-id');
        const loan = {
          external_id,
          ...customerNamed(options),
          amount,
          maximum_payment_date: due,
          taken_at: takenAt,
          contract_version: contractVersion,
          ...(pending === true ? { status: 'pending' as const } : {}),
        };
        const taken = await context.client().loans.take(loan, { idempotencyKey, signal: context.stopping });
        context.out.record(taken, COLUMNS);
        return EXIT.done;
      }),
    );

const list = () =>
  new Command('list')
    .description('list loans, newest first')
    .addOption(customerOption('only this customer'))
    .addOption(customerIdOption())
    .addOption(new Option('--status <status>', 'only this status').choices(LOAN_STATUSES))
    .option('--taken-from <time>', 'taken at or after this time', time)
    .option('--taken-to <time>', 'taken at or before this time', time)
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText(
      'after',
      examples('mo loans list --customer ada --status active', 'mo loans list --all --json | jq -r .outstanding'),
    )
    .action(({ status, takenFrom, takenTo, max, all, ...options }, command) =>
      run(command, async (context) => {
        const query = { ...customerNamed(options), status, taken_from: takenFrom, taken_to: takenTo };
        const loans = context.client().loans.list(query, { signal: context.stopping });
        await context.out.rows(wanted(loans, { all, max }, context.out), COLUMNS);
        return EXIT.done;
      }),
    );

const show = () =>
  new Command('show')
    .alias('get')
    .description('show a loan')
    .argument('[external_id]', 'the loan')
    .addOption(idOption('loan'))
    .addHelpText('after', examples('mo loans show loan-1', 'mo loans show --id 5 --json'))
    .action((externalId, { id }, command) =>
      run(command, async (context) => {
        const loan = await findLoan(context.client(), { externalId, id }, context.stopping);
        context.out.record(loan, COLUMNS);
        return EXIT.done;
      }),
    );

const decide = (what: 'activate' | 'reject', description: string) =>
  new Command(what)
    .description(description)
    .argument('[external_id]', 'the loan')
    .addOption(idOption('loan'))
    .addOption(keyOption())
    .addHelpText('after', examples(`mo loans ${what} loan-2`))
    .action((externalId, { id, idempotencyKey }, command) =>
      run(command, async (context) => {
        const client = context.client();
        const signal = context.stopping;
        const loan = await findLoan(client, { externalId, id }, signal);
        context.out.record(await client.loans[what](loan.id, { idempotencyKey, signal }), COLUMNS);
        return EXIT.done;
      }),
    );
