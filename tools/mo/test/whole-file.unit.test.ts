import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '@mo/command';
import { WholeFile } from '../src/output/whole-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mo-whole-file-'));
  path = join(folder, 'plan.json');
  writeFileSync(path, 'the old one');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes the place of what is there once it is whole, and not before', () => {
  const file = WholeFile.begin(path, '--plan');
  expect(readFileSync(path, 'utf8')).toBe('the old one');
  file.finish('the new one');
  expect(readFileSync(path, 'utf8')).toBe('the new one');
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

it('that came to nothing leaves what is there, and nothing else', () => {
  WholeFile.begin(path, '--plan').discard();
  expect(readFileSync(path, 'utf8')).toBe('the old one');
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

it.each([
  ['a folder that is not there', () => join(folder, 'none', 'plan.json'), /^--plan can't be written: .*ENOENT/],
  ['what is a folder', () => folder, /^--plan can't be written: .* is no file$/],
])('says at once that it can not be written to %s', (_what, where, message) => {
  const begin = () => WholeFile.begin(where(), '--plan');
  expect(begin).toThrow(CommandError);
  expect(begin).toThrow(message);
});

it('that can not be finished leaves what is there', () => {
  const file = WholeFile.begin(path, '--plan');
  rmSync(path);
  mkdirSync(path);
  expect(() => file.finish('the new one')).toThrow(/^--plan can't be written/);
  file.discard();
  expect(readdirSync(folder)).toEqual(['plan.json']);
});
