/**
 * `npm run generate`: writes the contract's documents to `docs/api`. With `--release` they also become the released
 * documents, with which later ones are compared, provided that they break nothing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { documentFiles, FOLDER, RELEASED } from './files.ts';
import { faultOfRelease } from './release.ts';

const USAGE = `Usage: npm run generate -- [options]

Writes the contract's documents to ${FOLDER}.

  --release   make them the released ones, with which later ones are compared, if they break nothing
  --help      print this

Exit code 0 if they are written, 1 if one can't be released, 2 if the options are wrong.`;

const OPTIONS = {
  release: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

class UsageError extends Error {}

const root = fileURLToPath(new URL('../../..', import.meta.url));

function main(): number {
  const options = readOptions();
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const files = documentFiles();
  for (const [path, text] of files) write(path, text);
  return options.release && !release(files) ? 1 : 0;
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** Releases each document that breaks nothing; returns whether all were released. */
function release(files: ReadonlyMap<string, string>): boolean {
  let isWhole = true;
  for (const path of RELEASED) {
    const text = files.get(path) as string;
    const before = join(root, FOLDER, 'released', path);
    const fault = existsSync(before) ? faultOfRelease(path, readFileSync(before, 'utf8'), text) : null;
    if (fault === null) write(join('released', path), text);
    else {
      console.error(`${path} is not released: ${fault}`);
      isWhole = false;
    }
  }
  return isWhole;
}

function write(path: string, text: string): void {
  const file = join(root, FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${FOLDER}/${path}`);
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`generate: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
