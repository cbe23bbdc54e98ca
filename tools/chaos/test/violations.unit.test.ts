/** Bugs of the system must not end the run: all of them are reported. */
import { formatToken } from '@mo/contracts';
import { Random } from '@mo/dev-stack/random';
import { findings } from '../src/checks/check-all.ts';
import { checkReplays } from '../src/checks/replays.ts';
import { type Answer, type Call, type Caller, Unanswered } from '../src/clients/caller.ts';
import { live } from '../src/clients/life.ts';
import { Ledger } from '../src/ledger.ts';
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

  it('is a finding itself if it fails', async () => {
    const tally = new Tally();
    const check = () => Promise.reject(new Error('the database is away'));
    expect(await findings(tally, 'all agree', check)).toBe(1);
    expect(tally.violations[0]?.detail).toContain('the check failed: Error: the database is away');
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
