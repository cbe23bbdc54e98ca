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

it('replaces an existing file once it is complete, not before', () => {
  const file = WholeFile.begin(path, '--plan');
  expect(readFileSync(path, 'utf8')).toBe('the old one');
  file.finish('the new one');
  expect(readFileSync(path, 'utf8')).toBe('the new one');
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

it('leaves only the existing file when it is discarded', () => {
  WholeFile.begin(path, '--plan').discard();
  expect(readFileSync(path, 'utf8')).toBe('the old one');
  expect(readdirSync(folder)).toEqual(['plan.json']);
});

it.each([
  ['a missing folder', () => join(folder, 'none', 'plan.json'), /^--plan cannot be written: .*ENOENT/],
  ['the path of a folder', () => folder, /^--plan cannot be written: .* is not a file$/],
])('reports at once that it cannot be written to %s', (_what, where, message) => {
  const begin = () => WholeFile.begin(where(), '--plan');
  expect(begin).toThrow(CommandError);
  expect(begin).toThrow(message);
});

it('leaves the existing one if it cannot be finished', () => {
  const file = WholeFile.begin(path, '--plan');
  rmSync(path);
  mkdirSync(path);
  expect(() => file.finish('the new one')).toThrow(/^--plan cannot be written/);
  file.discard();
  expect(readdirSync(folder)).toEqual(['plan.json']);
});
