/** API keys and the audit log, for callers with the scope `admin`. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { ApiKey, AuditEntry, CreatedApiKey } from '@mo/client';
import { KEY_STATUSES, RATE_MAX, SCOPES } from '@mo/contracts';
import type { Context } from '../context.ts';
import { allOption, examples, maxOption, overlapOption, time, wanted, wholeNumber, wordsOf } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';

const COLUMNS: readonly Column<ApiKey>[] = [
  { head: 'ID', of: ({ id }) => id, isNumber: true },
  { head: 'NAME', of: ({ name }) => name },
  { head: 'KEY', of: ({ hint }) => `${hint}…` },
  { head: 'STATUS', of: ({ status }) => status },
  { head: 'SCOPES', of: ({ scopes }) => scopes.join(' ') },
  { head: 'RATE', of: ({ rate }) => rate, isNumber: true },
  { head: 'EXPIRES_AT', of: ({ expires_at }) => expires_at },
  { head: 'LAST_USED_AT', of: ({ last_used_at }) => last_used_at },
];

const AUDIT_COLUMNS: readonly Column<AuditEntry>[] = [
  { head: 'AT', of: ({ at }) => at },
  { head: 'CALLER', of: ({ caller }) => caller },
  { head: 'KEY', of: ({ key_id }) => key_id, isNumber: true },
  { head: 'OPERATION', of: ({ operation }) => operation },
  { head: 'PATH', of: ({ path }) => path },
  { head: 'STATUS', of: ({ status }) => status, isNumber: true },
  { head: 'ADDRESS', of: ({ address }) => address },
  { head: 'REQUEST', of: ({ request_id }) => request_id },
];

const IF_LOST = 'the key may have been created: see `mo keys list`, and revoke the one that nobody has';

function rate(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= RATE_MAX) return value;
  throw new InvalidArgumentError(`must be a number above 0, of at most ${RATE_MAX}.`);
}

const expiresOption = () => new Option('--expires <time>', 'when it expires; default: never').argParser(time);
const keyArgument = ['<id>', 'the id of the key, as `mo keys list` shows it', wholeNumber(1)] as const;

export const keysCommand = () =>
  new Command('keys')
    .description('API keys: who may call, and with which scopes')
    .addCommand(create())
    .addCommand(list())
    .addCommand(rotate())
    .addCommand(revoke());

const create = () =>
  new Command('create')
    .description('create a key; it is shown only this once')
    .argument('<name>', 'the caller; keys with the same name are one caller')
    .addOption(
      new Option('--scopes <list>', `the scopes: ${SCOPES.join(', ')}`)
        .argParser(wordsOf(SCOPES))
        .makeOptionMandatory(),
    )
    .option('--rate <number>', 'requests per second; default: no limit', rate)
    .addOption(expiresOption())
    .addHelpText(
      'after',
      examples(
        'mo keys create billing --scopes payments:read,payments:write --rate 50',
        'mo keys create audit --scopes admin --expires 2027-01-31',
      ),
    )
    .action((name, options, command) =>
      run(
        command,
        async (context) => {
          const key = { name, scopes: options.scopes, rate: options.rate, expires_at: options.expires };
          return showOnce(context, await context.client().keys.create(key, { signal: context.stopping }));
        },
        IF_LOST,
      ),
    );

const list = () =>
  new Command('list')
    .description('list keys, newest first')
    .option('--name <name>', 'only this caller')
    .addOption(new Option('--status <status>', 'only this status').choices(KEY_STATUSES))
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo keys list', 'mo keys list --name billing --status active'))
    .action(({ name, status, ...options }, command) =>
      run(command, async (context) => {
        const keys = context.client().keys.list({ name, status }, { signal: context.stopping });
        await context.out.rows(wanted(keys, options, context.out), COLUMNS);
        return EXIT.done;
      }),
    );

const rotate = () =>
  new Command('rotate')
    .description('replace a key with a new one; the old key stays valid for a while')
    .argument(...keyArgument)
    .addOption(overlapOption())
    .addOption(expiresOption())
    .addHelpText('after', examples('mo keys rotate 1', 'mo keys rotate 1 --overlap 3600'))
    .action((id, { overlap, expires }, command) =>
      run(
        command,
        async (context) => {
          const rotation = { overlap_seconds: overlap, expires_at: expires };
          return showOnce(context, await context.client().keys.rotate(id, rotation, { signal: context.stopping }));
        },
        IF_LOST,
      ),
    );

const revoke = () =>
  new Command('revoke')
    .description('revoke a key: it is refused from now on')
    .argument(...keyArgument)
    .addHelpText('after', examples('mo keys revoke 1'))
    .action((id, _options, command) =>
      run(command, async (context) => {
        context.out.record(await context.client().keys.revoke(id, { signal: context.stopping }), COLUMNS);
        return EXIT.done;
      }),
    );

function showOnce({ out }: Context, created: CreatedApiKey): number {
  out.record(created, [...COLUMNS, { head: 'SECRET', of: ({ key }) => key }]);
  out.note('the key is shown only this once, and is not stored');
  return EXIT.done;
}

export const auditCommand = () =>
  new Command('audit')
    .description("list the audit log, newest first: writes, administrators' actions and refusals")
    .option('--caller <name>', 'only this caller')
    .option('--from <time>', 'at or after this time', time)
    .option('--to <time>', 'at or before this time', time)
    .addOption(maxOption())
    .addOption(allOption())
    .addHelpText('after', examples('mo audit', 'mo audit --caller billing --from 2026-11-01 --all'))
    .action(({ caller, from, to, ...options }, command) =>
      run(command, async (context) => {
        const entries = context.client().auditLog.list({ caller, from, to }, { signal: context.stopping });
        await context.out.rows(wanted(entries, options, context.out), AUDIT_COLUMNS);
        return EXIT.done;
      }),
    );
