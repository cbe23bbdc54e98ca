/**
 * `npm run generate`: writes the contract's documents to `docs/api`. With `--release` they become those that later ones are
 * held against, where they break nothing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { documentFiles, FOLDER, RELEASED } from './files.ts';
import { faultOfRelease } from './release.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { values } = parseArgs({ options: { release: { type: 'boolean', default: false } } });
const files = documentFiles();
for (const [path, text] of files) write(path, text);
if (values.release) release();

function release(): void {
  for (const path of RELEASED) {
    const text = files.get(path) as string;
    const before = join(root, FOLDER, 'released', path);
    const fault = existsSync(before) ? faultOfRelease(path, readFileSync(before, 'utf8'), text) : null;
    if (fault === null) write(join('released', path), text);
    else {
      console.error(`${path} is not released: ${fault}`);
      process.exitCode = 1;
    }
  }
}

function write(path: string, text: string): void {
  const file = join(root, FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${FOLDER}/${path}`);
}
