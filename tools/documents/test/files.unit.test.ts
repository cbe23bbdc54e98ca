import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentFiles, FOLDER, RELEASED } from '../src/files.ts';
import { breaksBetween } from '../src/release.ts';

const folder = fileURLToPath(new URL(`../../../${FOLDER}`, import.meta.url));
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const files = documentFiles();

/** The operations, or the topics with their messages, that a document offers under its version. */
function offerOf(text: string) {
  const { info, paths = {}, channels = {} } = JSON.parse(text);
  const operations = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  const messages = Object.values<{ address: string; messages: object }>(channels).flatMap((channel) =>
    Object.keys(channel.messages).map((message) => `${channel.address} ${message}`),
  );
  return { version: info.version, offers: [...operations, ...messages].sort() };
}

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

  it.each(RELEASED)('%s adds nothing to what was released under the same version', (path) => {
    const [released, current] = [read(`released/${path}`), files.get(path) as string].map(offerOf);
    if (released?.version === current?.version) expect(current).toEqual(released);
  });

  it.each(RELEASED)('%s breaks nobody who relies on what was released', (path) => {
    expect(breaksBetween(path, read(`released/${path}`), files.get(path) as string)).toEqual([]);
  });
});
