/**
 * `npm run replay -- DIR`: sends the rows of a data set through the gateway and compares the result with sums made from
 * the files. Exit code 0 when everything is as it should be, 1 when something differs, 2 when it could not begin.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { replay } from './replay.ts';
import { ReplayError } from './replay-error.ts';
import { renderText } from './report.ts';
import { findTarget } from './target.ts';

const concurrencyDefault = 32;
const concurrencyMax = 512;

const USAGE = `Usage: npm run replay -- DIR [options]

Sends DIR/customers.csv, loans.csv and payments.csv through the gateway, then compares balances, loans and payments.

  --url URL          the gateway (else MO_URL, else the stack that npm start runs)
  --key KEY          the API key (else MO_API_KEY, else that of the stack)
  --concurrency N    customers at once, 1 to ${concurrencyMax} (${concurrencyDefault})
  --json             print the summary as JSON
  --help             print this`;

const OPTIONS = {
  url: { type: 'string' },
  key: { type: 'string' },
  concurrency: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [dir, ...others] = positionals;
  if (dir === undefined || others.length > 0) throw new ReplayError(`name one folder\n\n${USAGE}`);
  const summary = await replay({
    dir: resolve(callersFolder(), dir),
    target: findTarget(values, process.env, process.cwd()),
    concurrency: readConcurrency(values.concurrency),
    output: process.stderr,
  });
  process.stdout.write(values.json ? `${JSON.stringify(summary, null, 2)}\n` : renderText(summary));
  return summary.ok ? 0 : 1;
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ReplayError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

function readConcurrency(text: string | undefined): number {
  if (text === undefined) return concurrencyDefault;
  const concurrency = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (concurrency >= 1 && concurrency <= concurrencyMax) return concurrency;
  throw new ReplayError(`--concurrency must be a whole number from 1 to ${concurrencyMax}, not "${text}"`);
}

/** npm runs a script in the root of the repository; a relative path means the folder in which npm was called. */
function callersFolder(): string {
  const { npm_lifecycle_event, INIT_CWD } = process.env;
  return npm_lifecycle_event === 'replay' && INIT_CWD ? INIT_CWD : process.cwd();
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ReplayError)) throw error;
  console.error(`replay: ${error.message}`);
  process.exitCode = 2;
}
