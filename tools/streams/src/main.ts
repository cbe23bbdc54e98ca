/** `npm run reconcile`, `npm run rebuild` and `npm run backfill`: the commands over the streams. */
import { ConfigError } from '@mo/service-kit';
import { backfillCommand } from './backfill-command.ts';
import { rebuildCommand, reconcileCommand } from './commands.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  reconcile: reconcileCommand,
  rebuild: rebuildCommand,
  backfill: backfillCommand,
};

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError(`the command must be one of ${Object.keys(COMMANDS).join(', ')}`);
  process.exitCode = await command(args);
} catch (error) {
  const isForUser = error instanceof UsageError || error instanceof ConfigError;
  console.error(`${name}: ${isForUser ? error.message : ((error as Error).stack ?? String(error))}`);
  process.exitCode = 2;
}
