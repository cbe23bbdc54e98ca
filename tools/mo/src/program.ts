/** All commands and their common settings. */
import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { balanceCommand, statementCommand } from './commands/accounts.ts';
import { customersCommand } from './commands/customers.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { eventsCommand } from './commands/events.ts';
import { auditCommand, keysCommand } from './commands/keys.ts';
import { loansCommand } from './commands/loans.ts';
import { partitionsCommand } from './commands/partitions.ts';
import { paymentsCommand } from './commands/payments.ts';
import { recoverCommand } from './commands/recover.ts';
import { replayCommand } from './commands/replay.ts';
import { statusCommand } from './commands/status.ts';
import { backfillCommand, rebuildCommand, reconcileCommand } from './commands/streams.ts';
import { webhooksCommand } from './commands/webhooks.ts';

const HELP = `
Target: --url and --key; else MO_URL and MO_API_KEY; else the stack of npm start, which is found by .mo/stack.json
in this folder or a parent folder. Operators' commands use CUSTOMERS_DATABASE_URL, LOANS_DATABASE_URL,
PAYMENTS_DATABASE_URL, KAFKA_BROKERS and TOPIC_PREFIX, else the stack of npm start.

Customers: --customer takes an external_id, and --customer-id an internal id. In reconcile, rebuild, dlq and webhooks
deliveries, --customer takes the internal id. mo customers get shows both.

Exit codes: 0 success; 1 answered or run, but with a bad result (a refusal, failed lines, differences, a part that
is not ready); 2 invalid usage, could not start, no answer, a refused key (401, 403, 429), or stopped by a failure;
130 stopped by Ctrl-C; 141 the reader closed the output.

Shell completion: source <(mo complete bash), source <(mo complete zsh), or mo complete fish | source`;

/**
 * Builds the program; `parseAsync` runs it. An invalid command line throws a CommanderError, whose message is also
 * printed unless `isJson`.
 */
export function programOf(isJson = false): CommandUnknownOpts {
  const program = new Command('mo')
    .description("MO Loans in a terminal: API calls and operators' commands")
    .version(ownVersion())
    .option('--url <url>', 'the gateway')
    .option('--key <key>', 'the API key')
    .option('--json', 'print JSON, one value per line')
    .addHelpText('after', HELP);
  for (const command of [
    customersCommand(),
    loansCommand(),
    paymentsCommand(),
    balanceCommand(),
    statementCommand(),
    eventsCommand(),
    webhooksCommand(),
    keysCommand(),
    auditCommand(),
    statusCommand(),
    replayCommand(),
    reconcileCommand(),
    rebuildCommand(),
    backfillCommand(),
    partitionsCommand(),
    recoverCommand(),
    deadLettersCommand(),
  ])
    program.addCommand(command);
  // Before tab, which copies the settings to commands that are in no list.
  configure(program, isJson);
  // tab is typed for commander itself, whose types are less exact than these.
  tab(program as never);
  program.commands
    .find((command) => command.name() === 'complete')
    ?.description('print the script for shell completion');
  return program;
}

/** Applies the common settings to every command at any depth. */
function configure(command: CommandUnknownOpts, isJson: boolean): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true }).showHelpAfterError('(see --help)');
  if (isJson) command.configureOutput({ writeErr: () => {} });
  for (const inner of command.commands) configure(inner, isJson);
}

const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
