import { Writable } from 'node:stream';
import { NoAnswerError, ProblemError, UnexpectedAnswerError } from '@mo/client';
import { CommandError } from '@mo/command';
import { failureOf, NotFoundError } from '../src/output/failure.ts';
import { Output } from '../src/output/output.ts';
import { Table } from '../src/output/table.ts';

const COLUMNS = [
  { head: 'NAME', of: ({ name }: { name: string; amount: string | null }) => name },
  { head: 'AMOUNT', of: ({ amount }: { name: string; amount: string | null }) => amount, isNumber: true },
];

describe('a table', () => {
  it('has columns as wide as their contents, with amounts aligned to the right', () => {
    const { head, body } = new Table(COLUMNS).lines([
      { name: 'ada', amount: '1000.00' },
      { name: '日本', amount: null },
    ]);
    expect([head, ...body]).toEqual(['NAME   AMOUNT', 'ada   1000.00', '日本']);
  });

  it('keeps its widths for later rows, and truncates long cells', () => {
    const table = new Table(COLUMNS);
    table.lines([{ name: 'ada', amount: '1' }]);
    const later = table.lines([
      { name: 'augusta', amount: '22' },
      { name: 'x'.repeat(100), amount: '3' },
    ]);
    expect(later.head).toBeNull();
    expect(later.body).toEqual(['augusta      22', `${'x'.repeat(59)}…       3`]);
  });

  it('shows names of callers in full, and cuts between characters', () => {
    const body = ['😀'.repeat(60), '😀'.repeat(61)].flatMap(
      (name) => new Table(COLUMNS).lines([{ name, amount: '1' }]).body,
    );
    expect(body.map((line) => line.split(' ')[0])).toEqual(['😀'.repeat(60), `${'😀'.repeat(59)}…`]);
  });

  it('replaces control characters in cells', () => {
    expect(new Table(COLUMNS).lines([{ name: 'a\u001b[2Jb', amount: '1' }]).body).toEqual(['a?[2Jb       1']);
  });
});

describe('output', () => {
  const printed = (isJson: boolean) => {
    const texts: string[] = [];
    const write = (text: Buffer, _encoding: string, done: () => void) => {
      texts.push(text.toString());
      done();
    };
    const stdout = new Writable({ write });
    return { out: new Output(isJson, stdout, new Writable({ write })), text: () => texts.join('') };
  };
  const rows = Array.from({ length: 401 }, (_, place) => ({ name: `n${place}`, amount: '1' }));

  it('of many rows is a table with one head, without colour unless on a terminal', async () => {
    const { out, text } = printed(false);
    expect(await out.rows(rows, COLUMNS)).toBe(401);
    const lines = text().split('\n');
    expect(lines).toHaveLength(403);
    expect(lines[0]).toBe('NAME  AMOUNT');
    expect(lines.filter((line) => line.startsWith('NAME'))).toHaveLength(1);
  });

  it('of no rows is only the head, and nothing with --json', async () => {
    const people = printed(false);
    await people.out.rows([], COLUMNS);
    expect(people.text()).toBe('NAME  AMOUNT\n');
    const programs = printed(true);
    await programs.out.rows([], COLUMNS);
    expect(programs.text()).toBe('');
  });

  it('with --json is one JSON value per line', async () => {
    const { out, text } = printed(true);
    await out.rows(rows.slice(0, 2), COLUMNS);
    out.record(rows[2] as (typeof rows)[number], COLUMNS);
    out.result({ done: true }, 'done');
    out.gap();
    const values = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values).toEqual([...rows.slice(0, 3), { done: true }]);
  });

  it('of one record shows members as long as they are', () => {
    const { out, text } = printed(false);
    out.record({ name: 'x'.repeat(200), amount: '1.00' }, COLUMNS);
    expect(text()).toContain('x'.repeat(200));
  });

  it('of one record names its members', () => {
    const { out, text } = printed(false);
    out.record({ name: 'ada', amount: '1.00' }, COLUMNS);
    expect(text()).toBe('name    ada\namount  1.00\n');
  });
});

describe('a failure', () => {
  const facts = { attempts: 1, idempotencyKey: 'key-1', consistencyToken: null, retryAfterMs: null };
  const problem = (status: number, code: string, more: object = {}) =>
    new ProblemError(
      { type: 'urn:t', title: 't', status, code, detail: 'as told', instance: 'urn:mo:request:r', ...more } as never,
      facts,
    );
  const KEYED = { takesKey: true, unanswered: null };
  const gateway = { url: 'http://g', key: 'k', keyFrom: 'MO_API_KEY' };

  it('for a broken rule shows the code, the detail and all other members, with exit code 1', () => {
    const failure = failureOf(problem(422, 'credit_limit_exceeded', { available_amount: '4.00' }), gateway, KEYED);
    expect(failure.exitCode).toBe(1);
    expect(failure.lines).toEqual(['credit_limit_exceeded: as told', '  available_amount: 4.00']);
    expect(failure.json).toMatchObject({ error: { code: 'credit_limit_exceeded', available_amount: '4.00' } });
  });

  it('for an invalid request names the fields', () => {
    const errors = [{ pointer: '/amount', in: 'body', code: 'invalid', detail: 'is required' }];
    expect(failureOf(problem(400, 'invalid_request', { errors }), gateway, KEYED).lines).toEqual([
      'invalid_request: as told',
      '  amount: is required',
    ]);
  });

  it('for an invalid body shows what is wrong with the whole of it', () => {
    const errors = [{ pointer: '', in: 'body', code: 'invalid', detail: 'must name url or status' }];
    const { lines } = failureOf(problem(400, 'invalid_request', { errors }), gateway, KEYED);
    expect(lines).toEqual(['invalid_request: as told', '  must name url or status']);
  });

  it("for a proxy's 429 claims an effect only if an earlier attempt has no answer", () => {
    const refused = new UnexpectedAnswerError('POST x was answered 429', facts, 429);
    expect(failureOf(refused, gateway, KEYED).lines).toEqual([refused.message]);
    const unanswered = { idempotencyKey: 'key-1' };
    expect(failureOf(refused, gateway, { ...KEYED, unanswered }).lines[1]).toMatch(/may have taken effect.*key-1/);
    const failed = new UnexpectedAnswerError('POST x was answered 502', facts, 502);
    expect(failureOf(failed, gateway, KEYED).lines[1]).toMatch(/may have taken effect.*key-1/);
  });

  it('for a refused key names the source of the key, with exit code 2', () => {
    const failure = failureOf(problem(401, 'unauthenticated'), gateway, KEYED);
    expect(failure.exitCode).toBe(2);
    expect(failure.lines[1]).toContain('the key came from MO_API_KEY');
  });

  it('for an unanswered or unavailable write shows how to repeat it so that it takes effect once', () => {
    const noAnswer = new NoAnswerError('no answer to POST x: ECONNREFUSED', facts, false, null);
    for (const error of [noAnswer, problem(503, 'unavailable')]) {
      const { exitCode, lines } = failureOf(error, gateway, KEYED);
      expect(exitCode).toBe(2);
      expect(lines.join('\n')).toContain('--idempotency-key key-1');
      const withoutOption = failureOf(error, gateway, { ...KEYED, takesKey: false }).lines.join('\n');
      expect(withoutOption).toContain('run the command again');
      expect(withoutOption).not.toContain('--idempotency-key');
    }
    expect(failureOf(noAnswer, gateway, KEYED).lines.join('\n')).toContain('`npm start` starts one');
    expect(failureOf(problem(500, 'internal_error'), gateway, KEYED).lines.join('\n')).toContain(
      'in the log: urn:mo:request:r',
    );
  });

  it.each([
    [new NotFoundError('there is no loan'), 1, 'not_found'],
    [new CommandError('no Kafka'), 2, 'failed'],
    [new UnexpectedAnswerError('GET x was answered 502', facts, 502), 2, 'unexpected_answer'],
    [new TypeError('x is undefined'), 2, 'bug'],
  ])('for %s has an exit code and a code for programs', (error, exitCode, code) => {
    const failure = failureOf(error, null, KEYED);
    expect(failure).toMatchObject({ exitCode, json: { error: { code, detail: error.message } } });
    expect(failure.lines[0]).toContain(error.message);
  });
});
