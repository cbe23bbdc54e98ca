import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tailLog, warningIn } from '../src/stack/log-tail.ts';

describe('the console output of a log', () => {
  test.each([
    ['{"level":"debug","msg":"all is well"}', []],
    ['{"level":"warn","msg":"slow"}', ['slow']],
    ['{"level":"error","msg":"failed","err":{"message":"no disk"}}', ['failed: no disk']],
    ['{"level":"info","msg":"fine"}', []],
    [
      '{"level":"warn","method":"POST","path":"/api/loans","status":503,"problem":"unavailable","msg":"request"}',
      ['request 503 unavailable POST /api/loans'],
    ],
    ['{"level":"warn","method":"GET","status":404,"msg":"request"}', ['request 404 GET']],
    ['Error: a crash in plain text', ['Error: a crash in plain text']],
    ['', []],
  ])('for %j', (line, shown) => {
    expect(warningIn(line)).toEqual(shown);
  });

  test.each([
    ['https://127.0.0.1:1', 'loans-2 (https://127.0.0.1:1)'],
    ['https://127.0.0.1:2', 'https://127.0.0.1:2'],
  ])('says which replica at %s gets no calls, and why', (origin, shown) => {
    const entry = { level: 'warn', upstream: 'loans', origin, state: 'down', reason: 'ECONNREFUSED', msg: 'no calls' };
    const nameOf = (of: string) => (of === 'https://127.0.0.1:1' ? 'loans-2' : undefined);
    expect(warningIn(JSON.stringify(entry), nameOf)).toEqual([`no calls: ${shown}, down, ECONNREFUSED`]);
  });

  test('contains only appended lines, including the last ones before the end', () => {
    const dir = mkdtempSync(join(tmpdir(), 'mo-log-'));
    const path = join(dir, 'loans.log');
    const shown: string[] = [];
    appendFileSync(path, '{"level":"error","msg":"old"}\n');
    const end = tailLog(path, 'loans', (line) => shown.push(line));
    appendFileSync(path, '{"level":"error","msg":"new"}\n');
    end();
    rmSync(dir, { recursive: true });
    expect(shown).toEqual(['loans: new']);
  });
});
