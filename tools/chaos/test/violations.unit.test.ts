/** Bugs of the system must not end the run: all of them are reported, apart from checks that could not be made. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatToken } from '@mo/contracts';
import type { Replicas } from '@mo/dev-stack';
import { Random } from '@mo/dev-stack/random';
import { drain, findings } from '../src/checks/findings.ts';
import { errorLines } from '../src/checks/logs.ts';
import { checkReplays } from '../src/checks/replays.ts';
import { type Answer, type Call, type Caller, Unanswered } from '../src/clients/caller.ts';
import { live } from '../src/clients/life.ts';
import { Ledger } from '../src/ledger.ts';
import { exitOf, renderReport } from '../src/report.ts';
import { Tally } from '../src/tally.ts';

const answer = (more: Partial<Answer>): Answer => ({
  status: 200,
  text: '',
  body: {},
  token: null,
  isReplayed: true,
  attempts: 1,
  ...more,
});

const unreachable = () => Promise.reject(new Error('no connection'));

/** The violated rules. */
const rulesOf = ({ violations }: Tally) => violations.map(({ rule }) => rule);

describe('keys that are sent again', () => {
  const keyed = ['a', 'b', 'c', 'd'].map((key) => ({ call: { id: 'takeLoan', key } as Call, status: 201, text: key }));

  it('are all tried, even after an unanswered or wrong one', async () => {
    const tally = new Tally();
    const tried: string[] = [];
    const insist: Caller['insist'] = async ({ key = '' }) => {
      tried.push(key);
      if (key === 'b') throw new Unanswered(key);
      if (key === 'c') throw new TypeError('an unexpected answer');
      return answer({ status: 201, text: key === 'd' ? 'other' : key });
    };
    expect(await checkReplays({ insist }, { keyed }, tally, new Random(1, 'checks'))).toBe(4);
    expect(tried.toSorted()).toEqual(['a', 'b', 'c', 'd']);
    // The caller itself counts an unanswered request.
    expect(rulesOf(tally).toSorted()).toEqual([
      'a key is answered as before, to the byte',
      'callers can handle every answer',
    ]);
  });
});

describe('a check', () => {
  it('reports each of its findings', async () => {
    const tally = new Tally();
    expect(await findings(tally, 'all agree', async () => ['one', 'two'])).toBe(2);
    expect(tally.violations).toEqual([
      { rule: 'all agree', detail: 'one' },
      { rule: 'all agree', detail: 'two' },
    ]);
  });

  it('that fails is reported as not made, and not as a violation', async () => {
    const tally = new Tally();
    expect(await findings(tally, 'all agree', unreachable)).toBeNull();
    expect(tally).toMatchObject({ violated: 0, isClean: false });
    expect(tally.unchecked).toEqual([{ rule: 'all agree', reason: expect.stringContaining('Error: no connection') }]);
  });

  it('for drained streams distinguishes remaining events from a failed query', async () => {
    const [left, unknown, drained] = [new Tally(), new Tally(), new Tally()];
    const rule = 'the streams drain';
    await drain(left, rule, async () => ['one event waits'], 0);
    await drain(unknown, rule, unreachable, 0);
    await drain(drained, rule, async () => [], 0);
    expect([rulesOf(left), left.unchecked]).toEqual([[rule], []]);
    expect([rulesOf(unknown), unknown.unchecked]).toMatchObject([[], [{ rule }]]);
    expect(drained.isClean).toBe(true);
  });

  it('of logs cannot be made without logs', () => {
    expect(() => errorLines(join(tmpdir(), randomUUID()))).toThrow('ENOENT');
  });
});

describe('the report', () => {
  const checked = {
    customers: 3,
    loans: 2,
    payments: 1,
    uploaded: 0,
    replays: 4,
    lost: null,
    unasked: 0,
    differences: 0,
    topicFaults: 0,
  };
  const options = { minutes: 1, seed: 7, replicas: { loans: 2 } as Replicas, clients: 2, dir: '', log: () => {} };
  const messages = { hooks: 3, removed: 1, deliveries: new Map([['prompt', 5]]), accepted: 4, againMs: [] };
  const times = { seconds: 60, agreedSeconds: 1, receivedSeconds: 2, longestGapMs: 0 };
  const textOf = (tally: Tally) => renderReport({ options, ...times, blows: [], tally, checked, messages });

  it('and the exit code distinguish wrong data from checks that could not be made', () => {
    const [clean, failed, both] = [new Tally(), new Tally(), new Tally()];
    for (const tally of [failed, both]) tally.fail('every acknowledged write is stored', new Error('no connection'));
    both.violate('all agree', 'one');
    expect([clean, failed, both].map(exitOf)).toEqual([0, 3, 1]);
    expect(textOf(clean).split('\n').at(-1)).toBe('clean');
    expect(textOf(failed)).toContain('writes lost not checked, unacknowledged writes 0');
    expect(textOf(failed)).toContain('NOT CHECKED every acknowledged write is stored\n  Error: no connection');
    expect(textOf(failed).split('\n').at(-1)).toBe('0 violations, 1 checks could not be made');
    expect(textOf(both).split('\n').at(-1)).toBe('1 violations, 1 checks could not be made');
  });
});

it('a caller that cannot handle an answer continues with another customer', async () => {
  const [tally, ledger] = [new Tally(), new Ledger()];
  let customers = 0;
  const attempt: Caller['attempt'] = async ({ id }) => {
    if (id !== 'createCustomer') return answer({ status: 201, body: { details: [{ loan_id: 9 }] } });
    customers += 1;
    const token = formatToken({ customerId: customers, versions: { customers: 1, loans: 0, payments: 0 } });
    return answer({ status: 201, body: { id: customers }, token });
  };
  const caller = { attempt, insist: attempt } as unknown as Caller;
  const nameOf = (kind: string) => kind;
  await live({ caller, ledger, tally, random: new Random(1, 'client'), nameOf }, () => customers === 3);
  expect(rulesOf(tally)).toContain('callers can handle every answer');
  expect(ledger.unknown.size).toBeGreaterThan(0);
  expect(ledger.customers).toHaveLength(3);
});
