/** Webhooks: subscriptions to events over HTTP, and their deliveries. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { CreatedWebhook, Delivery, Webhook } from '@mo/client';
import { CommandError } from '@mo/command';
import { DELIVERY_STATUSES, EVENT_TYPES, type EventType, REPLAYED_MAX, WEBHOOK_STATUSES } from '@mo/contracts';
import type { Context } from '../context.ts';
import {
  allOption,
  examples,
  keyOption,
  maxOption,
  overlapOption,
  time,
  wanted,
  wholeNumber,
  wordsOf,
} from '../options.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';
import type { ReplayedSoFar } from '../webhooks/replay.ts';

const COLUMNS: readonly Column<Webhook>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'URL', of: ({ url }) => url },
  { head: 'STATUS', of: ({ status }) => status },
  { head: 'TYPES', of: ({ event_types }) => event_types.join(' ') },
  { head: 'DESCRIPTION', of: ({ description }) => description },
  { head: 'DISABLED', of: ({ disabled_reason }) => disabled_reason },
];

const DELIVERY_COLUMNS: readonly Column<Delivery>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'EVENT', of: ({ event_id }) => event_id },
  { head: 'TYPE', of: ({ event_type }) => event_type },
  { head: 'STATUS', of: ({ status }) => status },
  { head: 'ATTEMPTS', of: ({ attempts }) => attempts, isNumber: true },
  { head: 'LAST_ATTEMPT_AT', of: ({ last_attempt_at }) => last_attempt_at },
  { head: 'NEXT_ATTEMPT_AT', of: ({ next_attempt_at }) => next_attempt_at },
  { head: 'ANSWER', of: ({ last_status }) => last_status, isNumber: true },
  { head: 'ERROR', of: ({ last_error }) => last_error },
];

const TYPES = Object.keys(EVENT_TYPES) as EventType[];

function ids(text: string): number[] {
  const parse = wholeNumber(1);
  const list = text.split(',').map((word) => parse(word.trim()));
  if (list.length <= REPLAYED_MAX) return list;
  throw new InvalidArgumentError(`must be at most ${REPLAYED_MAX}.`);
}

const idArgument = ['<id>', 'the id of the webhook, as `mo webhooks list` shows it', wholeNumber(1)] as const;
const typesOption = () => new Option('--types <list>', `event types: ${TYPES.join(', ')}`).argParser(wordsOf(TYPES));

export const webhooksCommand = () =>
  new Command('webhooks')
    .description('subscriptions to events over HTTP, and their deliveries')
    .addCommand(create())
    .addCommand(list())
    .addCommand(update())
    .addCommand(remove())
    .addCommand(rotateSecret())
    .addCommand(deliveries())
    .addCommand(replay());

const create = () =>
  new Command('create')
    .description('subscribe a URL to events; the secret that signs its messages is shown only this once')
    .argument('<url>', 'the receiver: https, and not an address of a private network')
    .addOption(typesOption())
    .option('--description <text>', 'the purpose of the webhook')
    .addOption(keyOption())
    .addHelpText('after', examples('mo webhooks create https://shop.example/hooks --types LoanTaken,LoanRejected'))
    .action((url, { types: named, description, idempotencyKey }, command) =>
      run(command, async (context) => {
        const webhook = { url, event_types: named, description };
        const options = { idempotencyKey, signal: context.stopping };
        return showOnce(context, await context.client().webhooks.create(webhook, options));
      }),
    );

const list = () =>
  new Command('list')
    .description('list webhooks, newest first')
    .addOption(new Option('--status <status>', 'only this status').choices(WEBHOOK_STATUSES))
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo webhooks list', 'mo webhooks list --status disabled'))
    .action(({ status, ...options }, command) =>
      run(command, async (context) => {
        const webhooks = context.client().webhooks.list({ status }, { signal: context.stopping });
        await context.out.rows(wanted(webhooks, options, context.out), COLUMNS);
        return EXIT.done;
      }),
    );

const update = () =>
  new Command('update')
    .description('change a webhook; omitted options leave their values unchanged')
    .argument(...idArgument)
    .option('--send-to <url>', 'the new receiver')
    .addOption(typesOption())
    .option('--description <text>', 'the purpose of the webhook')
    .addOption(new Option('--status <status>', 'whether it receives events').choices(['active', 'disabled'] as const))
    .addOption(keyOption())
    .addHelpText(
      'after',
      examples('mo webhooks update 1 --status disabled', 'mo webhooks update 1 --send-to https://shop.example/new'),
    )
    .action((id, { sendTo: url, types: named, description, status, idempotencyKey }, command) =>
      run(command, async (context) => {
        const change = { url, event_types: named, description, status };
        const options = { idempotencyKey, signal: context.stopping };
        context.out.record(await context.client().webhooks.update(id, change, options), COLUMNS);
        return EXIT.done;
      }),
    );

const remove = () =>
  new Command('remove')
    .description('remove a webhook: it receives nothing more')
    .argument(...idArgument)
    .addOption(keyOption())
    .addHelpText('after', examples('mo webhooks remove 1'))
    .action((id, { idempotencyKey }, command) =>
      run(command, async (context) => {
        const options = { idempotencyKey, signal: context.stopping };
        context.out.record(await context.client().webhooks.remove(id, options), COLUMNS);
        return EXIT.done;
      }),
    );

const rotateSecret = () =>
  new Command('rotate-secret')
    .description('replace the secret of a webhook; the old one stays valid for a while')
    .argument(...idArgument)
    .addOption(overlapOption())
    .addOption(keyOption())
    .addHelpText('after', examples('mo webhooks rotate-secret 1 --overlap 3600'))
    .action((id, { overlap, idempotencyKey }, command) =>
      run(command, async (context) => {
        const options = { idempotencyKey, signal: context.stopping };
        const rotation = { overlap_seconds: overlap };
        return showOnce(context, await context.client().webhooks.rotateSecret(id, rotation, options));
      }),
    );

const deliveries = () =>
  new Command('deliveries')
    .description('list the messages of a webhook, newest first')
    .argument(...idArgument)
    .addOption(new Option('--status <status>', 'only this status').choices(DELIVERY_STATUSES))
    .option('--customer <id>', 'only this customer, by internal id', wholeNumber(1))
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo webhooks deliveries 1', 'mo webhooks deliveries 1 --status failed --all'))
    .action((id, { status, customer, ...options }, command) =>
      run(command, async (context) => {
        const query = { status, customer_id: customer };
        const sent = context.client().webhooks.deliveries(id, query, { signal: context.stopping });
        await context.out.rows(wanted(sent, options, context.out), DELIVERY_COLUMNS);
        return EXIT.done;
      }),
    );

const replay = () =>
  new Command('replay')
    .description('send messages once more: given deliveries, or those of all events in a period')
    .argument(...idArgument)
    .addOption(new Option('--deliveries <ids>', 'these deliveries').argParser(ids).conflicts(['from', 'to']))
    .option('--from <time>', 'or events that arrived at or after this time', time)
    .option('--to <time>', 'and before this time; default: now', time)
    .addOption(keyOption())
    .addHelpText(
      'after',
      `
Messages are queued after those that wait. While the webhook is disabled, none of them are sent.
If Ctrl-C or a failure stops it, it prints how many messages are queued, and the --from with which to continue.
${examples('mo webhooks replay 1 --deliveries 311,312', 'mo webhooks replay 1 --from 2026-11-01')}`,
    )
    .action((id, { deliveries: named, from, to, idempotencyKey }, command) =>
      run(command, async (context) => {
        if (named === undefined && from === undefined) throw new CommandError('specify --deliveries or --from');
        const { out, stopping: signal } = context;
        signal.addEventListener('abort', () => out.note('stopping after the current part; Ctrl-C again stops at once'));
        const { isDisabled, replayWebhook } = await import('../webhooks/replay.ts');
        const onStopped = (soFar: ReplayedSoFar, key: string | null) => {
          if (out.isJson) out.result(soFar, '');
          else out.note(howToContinue(id, soFar, to, key));
        };
        const what = { delivery_ids: named, from, to };
        const client = context.client();
        if (await isDisabled(client, id, signal))
          out.note(`webhook ${id} is disabled: nothing is sent before \`mo webhooks update ${id} --status active\``);
        const done = await replayWebhook({ client, webhookId: id, what, idempotencyKey, signal, onStopped });
        out.record(done, [{ head: 'DELIVERIES', of: ({ deliveries }) => deliveries, isNumber: true }]);
        const { missing_ids: missing = [] } = done;
        if (missing.length === 0) return EXIT.done;
        out.note(
          `${missing.length} of ${named?.length} ids are not deliveries of webhook ${id}: ${missing.join(', ')}`,
        );
        return EXIT.notWell;
      }),
    );

function howToContinue(
  id: number,
  { deliveries, next_from: from }: ReplayedSoFar,
  to: string | undefined,
  key: string | null,
): string {
  const until = to === undefined ? [] : ['--to', to];
  const once = key === null ? [] : ['--idempotency-key', key];
  const words = ['mo webhooks replay', id, '--from', from, ...until, ...once];
  return `${deliveries} messages are queued. Continue with: ${words.join(' ')}`;
}

function showOnce({ out }: Context, created: CreatedWebhook): number {
  out.record(created, [...COLUMNS, { head: 'SECRET', of: ({ secret }) => secret }]);
  out.note('the secret is shown only this once');
  return EXIT.done;
}
