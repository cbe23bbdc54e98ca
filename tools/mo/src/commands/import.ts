import { relative, resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Imported } from '../import/import.ts';
import { examples } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

/** Some minutes of trouble behind the gateway are waited for. */
const PATIENCE = { attemptsMax: 40 };

export const importCommand = () =>
  new Command('import')
    .description('register customers from a file of any size; what was stopped or killed goes on where it was')
    .argument('<file>', 'CSV (external_id,score[,status][,preapproved_at], header line optional) or NDJSON')
    .addOption(new Option('--format <format>', 'what the file is, if its name does not say').choices(['csv', 'ndjson']))
    .option('--output <dir>', 'where the state and the failed lines go, instead of beside the file')
    .option('--restart', 'forget an earlier import of this file')
    .addHelpText(
      'after',
      `
Run again after Ctrl-C, kill -9 or trouble of any kind, it goes on where it was, and registers nobody twice: FILE.import.json
says how far it has come. Lines that fail are in NAME.failed.csv, to be mended and imported, and why in NAME.errors.ndjson.
${examples('mo customers import customers.csv', 'mo customers import people --format csv --output /tmp --json')}`,
    )
    .action((file, { format, output, restart = false }, command) =>
      run(command, async (context) => {
        const { folder, gateway, out, stopping: signal } = context;
        const { importCustomers } = await import('../import/import.ts');
        const startedMs = performance.now();
        const imported = await importCustomers({
          path: resolve(folder, file),
          format,
          output: output === undefined ? undefined : resolve(folder, output),
          isRestart: restart,
          client: context.client(PATIENCE),
          gatewayUrl: gateway.url,
          signal,
          progress: out.stderr,
          note: (text) => out.note(text),
        });
        out.result(imported, importText(imported, folder, (performance.now() - startedMs) / 1000));
        return imported.failed === 0 ? EXIT.done : EXIT.notWell;
      }),
    );

function importText(
  { received, created, failed, failed_lines, errors }: Imported,
  folder: string,
  seconds: number,
): string {
  const text = `${received} customers: ${created} created, ${failed} failed (${seconds.toFixed(1)} s)`;
  if (failed_lines === null || errors === null) return text;
  return `${text}\n  failed lines: ${relative(folder, failed_lines)}\n  why: ${relative(folder, errors)}`;
}
