import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTarget } from '../src/target.ts';

const STACK = { gateway: { url: 'http://127.0.0.1:8080', pid: 1 }, apiKey: 'stack-key' };
let cwd: string;
let empty: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mo-target-'));
  empty = join(cwd, 'empty');
  await mkdir(join(cwd, '.mo'));
  await writeFile(join(cwd, '.mo/stack.json'), JSON.stringify(STACK));
});
afterAll(() => rm(cwd, { recursive: true }));

it('takes options before the environment, and the environment before the running stack', () => {
  const env = { MO_URL: 'http://env:1', MO_API_KEY: 'env-key' };
  expect(findTarget({ url: 'http://opt:1/', key: 'opt-key' }, env, cwd)).toEqual({
    url: 'http://opt:1',
    key: 'opt-key',
  });
  expect(findTarget({}, env, cwd)).toEqual({ url: 'http://env:1', key: 'env-key' });
  expect(findTarget({}, {}, cwd)).toEqual({ url: 'http://127.0.0.1:8080', key: 'stack-key' });
});

it('gives the key of the stack to its own gateway alone', () => {
  expect(findTarget({ url: 'http://127.0.0.1:8080' }, {}, cwd).key).toBe('stack-key');
  expect(() => findTarget({ url: 'http://elsewhere:8080' }, {}, cwd)).toThrow(/no API key for http:\/\/elsewhere:8080/);
});

it('says what is missing or wrong', () => {
  expect(() => findTarget({}, {}, empty)).toThrow(/no gateway: give --url and --key/);
  expect(() => findTarget({ url: 'localhost:8080', key: 'k' }, {}, cwd)).toThrow(/must be an origin/);
  expect(() => findTarget({ url: 'http://x/api', key: 'k' }, {}, cwd)).toThrow(/must be an origin/);
});
