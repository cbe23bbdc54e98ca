import { Command, Option } from '@commander-js/extra-typings';
import type { Customer } from '@mo/client';
import { CommandError } from '@mo/command';
import { CUSTOMER_STATUSES } from '@mo/contracts';
import { customerIdOf, findCustomer } from '../lookup.ts';
import { allOption, examples, idOption, keyOption, maxOption, time, wanted } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';
import { importCommand } from './import.ts';

const COLUMNS: readonly Column<Customer>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'EXTERNAL_ID', of: ({ external_id }) => external_id },
  { head: 'STATUS', of: ({ status }) => status },
  { head: 'SCORE', of: ({ score }) => score, isNumber: true },
  { head: 'PREAPPROVED_AT', of: ({ preapproved_at }) => preapproved_at },
  { head: 'CREATED_AT', of: ({ created_at }) => created_at },
];

const statusOption = (what: string) => new Option('--status <status>', what).choices(CUSTOMER_STATUSES);

export const customersCommand = () =>
  new Command('customers')
    .description('customers and their credit lines')
    .addCommand(create())
    .addCommand(get())
    .addCommand(list())
    .addCommand(update())
    .addCommand(importCommand());

const create = () =>
  new Command('create')
    .description('register a customer')
    .argument('<external_id>', 'your id for the customer')
    .requiredOption('--score <amount>', 'the credit line, such as 1000.00')
    .addOption(statusOption('the status; default: active'))
    .option('--preapproved-at <time>', 'a time such as 2026-01-31T09:30:00Z, or a day', time)
    .addOption(keyOption())
    .addHelpText('after', examples('mo customers create ada --score 1000.00'))
    .action((external_id, { score, status, preapprovedAt, idempotencyKey }, command) =>
      run(command, async (context) => {
        const customer = { external_id, score, status, preapproved_at: preapprovedAt };
        const options = { idempotencyKey, signal: context.stopping };
        context.out.record(await context.client().customers.create(customer, options), COLUMNS);
        return EXIT.done;
      }),
    );

const get = () =>
  new Command('get')
    .alias('show')
    .description('show a customer')
    .argument('[external_id]', 'the customer')
    .addOption(idOption('customer'))
    .addHelpText('after', examples('mo customers get ada', 'mo customers get --id 7 --json'))
    .action((externalId, { id }, command) =>
      run(command, async (context) => {
        const customer = await findCustomer(context.client(), { externalId, id }, context.stopping);
        context.out.record(customer, COLUMNS);
        return EXIT.done;
      }),
    );

const list = () =>
  new Command('list')
    .description('list customers, newest first')
    .addOption(statusOption('only this status'))
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText(
      'after',
      examples('mo customers list --status inactive', 'mo customers list --all --json > customers.ndjson'),
    )
    .action(({ status, max, all }, command) =>
      run(command, async (context) => {
        const customers = context.client().customers.list({ status }, { signal: context.stopping });
        await context.out.rows(wanted(customers, { all, max }, context.out), COLUMNS);
        return EXIT.done;
      }),
    );

const update = () =>
  new Command('update')
    .description("change a customer's score or status")
    .argument('[external_id]', 'the customer')
    .addOption(idOption('customer'))
    .option('--score <amount>', 'the new credit line')
    .addOption(statusOption('the new status'))
    .addOption(keyOption())
    .addHelpText('after', examples('mo customers update ada --score 500', 'mo customers update ada --status inactive'))
    .action((externalId, { id, score, status, idempotencyKey }, command) =>
      run(command, async (context) => {
        if (score === undefined && status === undefined) throw new CommandError('give --score, --status or both');
        const client = context.client();
        const signal = context.stopping;
        const customerId = await customerIdOf(client, { externalId, id }, signal);
        const change = { score, status };
        const changed = await client.customers.update(customerId, change, { idempotencyKey, signal });
        const { customer, isEnforced } = changed;
        if (context.out.isJson) context.out.result({ ...customer, enforced: isEnforced }, '');
        else context.out.record(customer, COLUMNS);
        if (!isEnforced)
          context.out.note('stored, but not enforced yet: loans may still be granted on the old score or status');
        return EXIT.done;
      }),
    );
