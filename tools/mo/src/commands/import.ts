import { relative, resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Imported } from '../import/import.ts';
import { examples } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

/** Enough attempts for a few minutes of failures behind the gateway. */
const RETRY = { attemptsMax: 40 };

export const importCommand = () =>
  new Command('import')
    .description('register customers from a file of any size; an interrupted import continues where it stopped')
    .argument('<file>', 'CSV (external_id,score[,status][,preapproved_at], header line optional) or NDJSON')
    .addOption(
      new Option('--format <format>', 'the format, if the name of the file does not show it').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('--output <dir>', 'folder for the state and the failed lines; default: the folder of the file')
    .option('--restart', 'forget an earlier import of this file')
    .addHelpText(
      'after',
      `
After Ctrl-C, kill -9 or any failure, the same command continues where it stopped, and registers nobody twice:
FILE.import.json contains the progress. NAME.failed.csv contains the lines that failed, to be corrected and
imported; FILE.errors.ndjson contains the reasons.
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
          client: context.client(RETRY),
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
  return `${text}\n  failed lines: ${relative(folder, failed_lines)}\n  reasons: ${relative(folder, errors)}`;
}
