import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentFiles, FOLDER, RELEASED } from '../src/files.ts';
import { breaksBetween } from '../src/release.ts';

const folder = fileURLToPath(new URL(`../../../${FOLDER}`, import.meta.url));
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const files = documentFiles();

describe('the documents of the contract', () => {
  it.each([...files.keys()])('%s is as the contract gives it: else run npm run generate', (path) => {
    expect(existsSync(join(folder, path))).toBe(true);
    expect(read(path) === files.get(path)).toBe(true);
  });

  it('are the only files there', () => {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    expect(found.sort()).toEqual([...files.keys(), ...RELEASED.map((path) => `released/${path}`)].sort());
  });

  it('have the same text each time that they are made', () => {
    expect(documentFiles()).toEqual(files);
  });

  it.each(RELEASED)('%s breaks nobody who relies on what was released', (path) => {
    expect(breaksBetween(path, read(`released/${path}`), files.get(path) as string)).toEqual([]);
  });
});
