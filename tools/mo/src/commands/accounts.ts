/** The balance and the statement of a customer. */
import { Command } from '@commander-js/extra-typings';
import type { Balance, StatementEntry } from '@mo/client';
import { customerIdOf } from '../lookup.ts';
import { allOption, examples, idOption, maxOption, time, wanted } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';

const BALANCE: readonly Column<Balance>[] = [
  { head: 'CUSTOMER', of: ({ external_id }) => external_id },
  { head: 'CUSTOMER_ID', of: ({ customer_id }) => customer_id, isNumber: true },
  { head: 'SCORE', of: ({ score }) => score, isNumber: true },
  { head: 'TOTAL_DEBT', of: ({ total_debt }) => total_debt, isNumber: true },
  { head: 'AVAILABLE_AMOUNT', of: ({ available_amount }) => available_amount, isNumber: true },
];
const STATEMENT: readonly Column<StatementEntry>[] = [
  { head: 'AT', of: ({ at }) => at },
  { head: 'KIND', of: ({ kind }) => kind },
  { head: 'REFERENCE', of: ({ reference }) => reference },
  { head: 'AMOUNT', of: ({ amount }) => amount, isNumber: true },
  { head: 'TOTAL_DEBT', of: ({ total_debt }) => total_debt, isNumber: true },
];

export const balanceCommand = () =>
  new Command('balance')
    .description("show a customer's debt and available credit")
    .argument('[external_id]', 'the customer')
    .addOption(idOption('customer'))
    .addHelpText('after', examples('mo balance ada', 'mo balance ada --json | jq -r .available_amount'))
    .action((externalId, { id }, command) =>
      run(command, async (context) => {
        const client = context.client();
        const signal = context.stopping;
        const customerId = await customerIdOf(client, { externalId, id }, signal);
        context.out.record(await client.customers.balance(customerId, { signal }), BALANCE);
        return EXIT.done;
      }),
    );

export const statementCommand = () =>
  new Command('statement')
    .description("list a customer's loans and payments, oldest first, with the running debt")
    .argument('[external_id]', 'the customer')
    .addOption(idOption('customer'))
    .option('--as-of <time>', 'up to and including this time', time)
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo statement ada', 'mo statement ada --as-of 2026-06-30T23:59:59Z --all'))
    .action((externalId, { id, asOf, max, all }, command) =>
      run(command, async (context) => {
        const client = context.client();
        const signal = context.stopping;
        const customerId = await customerIdOf(client, { externalId, id }, signal);
        const entries = client.customers.statement(customerId, { as_of: asOf }, { signal });
        await context.out.rows(wanted(entries, { all, max }, context.out), STATEMENT);
        return EXIT.done;
      }),
    );
