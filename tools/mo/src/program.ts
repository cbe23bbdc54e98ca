/** All commands, with what they have in common. */
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
Where it works: --url and --key, else MO_URL and MO_API_KEY, else the stack that npm start runs (.mo/stack.json here or in a
folder above). Operators' commands take CUSTOMERS_, LOANS_ and PAYMENTS_DATABASE_URL, KAFKA_BROKERS and TOPIC_PREFIX.

Exit codes: 0 done; 1 answered or run, but refused, failed in part, different or not healthy; 2 called wrongly, could not
begin, or not answered; 130 stopped by Ctrl-C; 141 nobody reads what it prints any more.

Completion: source <(mo complete bash)   or zsh;   mo complete fish | source`;

/**
 * Builds the program; `parseAsync` runs it. A wrong command line throws a CommanderError, and is told to people unless `isJson`.
 */
export function programOf(isJson = false): CommandUnknownOpts {
  const program = new Command('mo')
    .description('The API of MO Loans, and what its operators need, in a terminal')
    .version(ownVersion())
    .option('--url <url>', 'the gateway')
    .option('--key <key>', 'the API key')
    .option('--json', 'print JSON, one value a line')
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
  // Its types are those of commander itself, ours say more.
  tab(program as never);
  program.commands.find((command) => command.name() === 'complete')?.description('print what completes mo in a shell');
  settle(program, isJson);
  return program;
}

/** What holds for every command at any depth. */
function settle(command: CommandUnknownOpts, isJson: boolean): void {
  command.exitOverride().configureHelp({ showGlobalOptions: true }).showHelpAfterError('(--help tells more)');
  if (isJson) command.configureOutput({ writeErr: () => {} });
  for (const inner of command.commands) settle(inner, isJson);
}

const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
