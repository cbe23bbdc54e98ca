/** `mo customers import` as a separate process that is killed and interrupted while it waits for the answer to a part. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { query } from '@mo/agreement';
import { LossyProxy } from '../src/lossy-proxy.ts';
import { jsonLines, mo, moJson, startMo, systemEnv } from '../src/mo.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';

const PREFIX = `mo-${process.pid}`;
const LINES = 30_000;
const KILLS = 3;
/** How many parts an import completes before it is killed. */
const PARTS_PER_RUN = 2;

let system: System;
let proxy: LossyProxy;
let env: NodeJS.ProcessEnv;
const cwd = mkdtempSync(join(tmpdir(), 'mo-import-'));
jest.setTimeout(300_000); // a process per command is slow on a busy machine
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX: PREFIX } });
  proxy = await LossyProxy.start(system.stack.url);
  env = { ...systemEnv(system.stack.stack()), TOPIC_PREFIX: PREFIX };
});
afterEach(() => {
  proxy.fateOf = () => 'pass';
});
afterAll(async () => {
  await proxy?.stop();
  await system?.stop();
  rmSync(cwd, { recursive: true });
});

const run = (...args: string[]) => mo(args, { env, cwd });
const json = (...args: string[]) => moJson(args, { env, cwd });

const names = Array.from({ length: LINES }, (_, place) => `${PREFIX}-${place}`);
const isBad = (place: number) => place % 997 === 5;
const lineOf = (name: string, place: number) => `${name},${isBad(place) ? 'much' : '10.00'}\r\n`;
const file = join(cwd, 'people.csv');
const importing = (...args: string[]) => ['customers', 'import', ...args, '--url', proxy.url];
/** From now on the import gets the answers to this many parts, and then waits in vain. */
const answer = (parts: number): void => {
  let answered = 0;
  proxy.fateOf = () => {
    answered += 1;
    return answered > parts ? 'hold' : 'pass';
  };
};
const state = () => JSON.parse(readFileSync(`${file}.import.json`, 'utf8')) as { pid: number; done: { parts: number } };
const customers = async () => {
  const text = `SELECT count(*), count(DISTINCT external_id) AS names FROM customers WHERE external_id LIKE '${PREFIX}-%'`;
  return (await query(system.stack.stack(), 'customers', text))[0];
};

it(`an import that is killed ${KILLS} times resumes: each line counts once, and failed lines are reported`, async () => {
  // The last but one line is a duplicate; the last has no line end.
  writeFileSync(file, `external_id,score\r\n${names.map(lineOf).join('')}\r\n${names[0]},10.00\r\n${PREFIX}-last,1`);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    answer(PARTS_PER_RUN);
    const { process: child, ended } = startMo(importing('people.csv'), { env, cwd });
    await waitFor(() => Promise.resolve(isAt(child.pid, kill * PARTS_PER_RUN)));
    child.kill('SIGSTOP');
    const other = await run(...importing('people.csv'));
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/process \d+ is importing this file/)]);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
  }
  proxy.fateOf = () => 'pass';
  const { code, stdout, stderr } = await run(...importing('people.csv', '--json'));
  expect(stderr).toMatch(/^continuing at line \d+002 of 30004 with the import/);
  const bad = names.flatMap((name, place) => (isBad(place) ? [lineOf(name, place)] : []));
  const failed = bad.length + 1;
  expect([code, jsonLines(stdout)]).toEqual([
    1,
    [expect.objectContaining({ received: LINES + 2, created: LINES + 2 - failed, failed })],
  ]);
  expect(await customers()).toEqual({
    count: String(LINES + 1 - bad.length),
    names: String(LINES + 1 - bad.length),
  });
  expect(readFileSync(join(cwd, 'people.failed.csv'), 'utf8')).toBe(
    `external_id,score\r\n${bad.join('')}${names[0]},10.00\r\n`,
  );
  const errors = jsonLines(readFileSync(join(cwd, 'people.csv.errors.ndjson'), 'utf8'));
  const badPlaces = [...names.keys()].filter(isBad);
  expect(errors.map(({ line }) => line)).toEqual([...badPlaces.map((place) => place + 2), LINES + 3]);
  expect(errors.map(({ code: why }) => why)).toEqual([...bad.map(() => 'invalid_request'), 'already_exists']);
});

/** Whether the process has sent this many parts. */
function isAt(pid: number | undefined, parts: number): boolean {
  try {
    const { pid: worker, done } = state();
    return worker === pid && done.parts >= parts;
  } catch {
    return false;
  }
}

it('an import that is complete is not repeated; its corrected lines are a new import', async () => {
  const again = await run(...importing('people.csv'));
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/^already imported at .*--restart/)]);
  const mended = readFileSync(join(cwd, 'people.failed.csv'), 'utf8').replaceAll('much', '10.00');
  writeFileSync(join(cwd, 'people.failed.csv'), mended.replace(`${names[0]},10.00\r\n`, ''));
  expect((await json('customers', 'import', 'people.failed.csv'))[0]).toMatchObject({
    failed: 0,
    failed_lines: null,
  });
  expect(await customers()).toEqual({ count: String(LINES + 1), names: String(LINES + 1) });
});

it('an import that Ctrl-C stops reports it, exits with 130, and resumes unless its file has changed', async () => {
  const more = names
    .slice(0, LINES / 2)
    .map((name) => JSON.stringify({ external_id: `${name}-more`, score: '1' }))
    .join('\n');
  writeFileSync(join(cwd, 'more.ndjson'), more);
  answer(1);
  const { process: child, ended } = startMo(importing('more.ndjson'), { env, cwd });
  const stateFile = join(cwd, 'more.ndjson.import.json');
  await waitFor(async () => existsSync(stateFile) && readFileSync(stateFile, 'utf8').includes('"parts": 1'));
  child.kill('SIGINT');
  const told = expect.stringMatching(/^run again to continue at line \d+001 of 15000\nstopped\n$/);
  expect(await ended).toMatchObject({ code: 130, stdout: '', stderr: told });
  writeFileSync(join(cwd, 'more.ndjson'), `${more}\n`);
  proxy.fateOf = () => 'pass';
  const changed = await run(...importing('more.ndjson'));
  expect([changed.code, changed.stderr]).toEqual([2, expect.stringMatching(/the file has changed .*--restart/)]);
  writeFileSync(join(cwd, 'more.ndjson'), more);
  expect((await json(...importing('more.ndjson')))[0]).toMatchObject({ created: LINES / 2, failed: 0 });
});
