import { readFileSync } from 'node:fs';
import { ADDITIONS } from '../src/next-version.ts';

it.each(ADDITIONS)('the next version adds to $file in exactly one place', ({ file, replace }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(text.split(replace)).toHaveLength(2);
});
