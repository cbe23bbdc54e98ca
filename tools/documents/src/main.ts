/** `npm run generate`: writes the contract's documents to `docs/api`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentFiles, FOLDER } from './files.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
for (const [path, text] of documentFiles()) {
  const file = join(root, FOLDER, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`${FOLDER}/${path}`);
}
