import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustBePatchable } from '../src/kafka/inside-kafkajs.ts';

const FOLDER = join(import.meta.dirname, '../src/kafka');
const PATCHES = 'patches.ts';
const INSIDE = 'inside-kafkajs.ts';

it('are for one version of kafkajs only', () => {
  expect(() => mustBePatchable('2.2.4')).not.toThrow();
  expect(() => mustBePatchable('2.2.5')).toThrow('kafkajs 2.2.5 cannot be patched');
});

it('are all listed', () => {
  const sources = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
  const listed = sources.find(({ name }) => name === PATCHES)?.text ?? '';
  const replacing = sources.filter(({ name, text }) => name !== INSIDE && /insideKafkajs|= requestKind/.test(text));
  const patches = replacing.filter(({ text }) => !text.includes('export const requestKind'));
  expect(patches.length).toBeGreaterThan(0);
  for (const { name } of patches) expect(listed).toContain(`import './${name}';`);
});
