import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { FILE_FORMS, headerText, RESOURCES } from '@mo/replay/file-forms';
import { examples, wholeNumber } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

const CONCURRENCY_DEFAULT = 32;
const CONCURRENCY_MAX = 512;

const FILES = `
Each file is CSV with a header line; the order of its columns is free:
${RESOURCES.map((name) => `  ${`${name}.csv`.padEnd(15)}${headerText(FILE_FORMS[name])}`).join('\n')}
Cells are values as the API takes them: amounts such as 600.00, times such as 2030-01-31T09:30:00Z. An empty cell
leaves the value out.
`;

export const replayCommand = () =>
  new Command('replay')
    .description('send the rows of customers.csv, loans.csv and payments.csv, then compare the result with the files')
    .argument('<dir>', 'the folder with the three files')
    .addOption(
      new Option('--concurrency <n>', `customers whose rows are sent concurrently, 1 to ${CONCURRENCY_MAX}`)
        .argParser(wholeNumber(1, CONCURRENCY_MAX))
        .default(CONCURRENCY_DEFAULT),
    )
    .addHelpText(
      'after',
      FILES + examples('mo replay data', 'mo replay data --url http://127.0.0.1:8080 --key KEY --json'),
    )
    .action((dir, { concurrency }, command) =>
      run(command, async ({ folder, gateway: target, out }) => {
        const { renderText, replay } = await import('@mo/replay');
        const summary = await replay({ dir: resolve(folder, dir), target, concurrency, output: out.stderr });
        out.result(summary, renderText(summary).trimEnd());
        if (summary.stopped_by !== null) return EXIT.failed;
        return summary.ok ? EXIT.done : EXIT.notWell;
      }),
    );
