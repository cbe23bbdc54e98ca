/** The `mo` command as a separate process, against the whole system. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { jsonLines, mo, moJson, startMo, systemEnv } from '../src/mo.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { nameOf } from '../src/world.ts';

const PREFIX = `mo-${process.pid}`;

let system: System;
let env: NodeJS.ProcessEnv;
const cwd = mkdtempSync(join(tmpdir(), 'mo-command-'));
jest.setTimeout(300_000); // a process per command is slow on a busy machine
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX: PREFIX } });
  env = { ...systemEnv(system.stack.stack()), TOPIC_PREFIX: PREFIX };
});
afterAll(async () => {
  await system?.stop();
  rmSync(cwd, { recursive: true });
});

const run = (...args: string[]) => mo(args, { env, cwd });
const json = (...args: string[]) => moJson(args, { env, cwd });

describe('the API in a terminal', () => {
  const [ada, loan, payment] = [nameOf('ada'), nameOf('loan'), nameOf('payment')];

  it('is printed as tables and as JSON', async () => {
    expect((await json('customers', 'create', ada, '--score', '1000'))[0]).toMatchObject({ score: '1000.00' });
    const take = ['loans', 'take', loan, '--customer', ada, '--amount', '600', '--due', '2030-01-01'];
    const [taken] = await json(...take, '--idempotency-key', loan);
    expect(taken).toMatchObject({ outstanding: '600.00', maximum_payment_date: '2030-01-01T00:00:00.000Z' });
    expect(await json(...take, '--idempotency-key', loan)).toEqual([taken]);
    expect((await json('payments', 'make', payment, '--customer', ada, '--amount', '250'))[0]).toMatchObject({
      details: [{ loan_external_id: loan, amount: '250.00' }],
    });
    await waitFor(async () => (await json('balance', ada))[0]?.total_debt === '350.00');
    expect((await json('statement', ada)).map(({ kind, total_debt }) => [kind, total_debt])).toEqual([
      ['loan', '600.00'],
      ['payment', '350.00'],
    ]);
    // Each command is a process of its own, and knows no consistency token of another.
    await waitFor(async () => (await json('loans', 'show', loan))[0]?.outstanding === '350.00');
    const { stdout } = await run('loans', 'list', '--customer', ada);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^ *ID {2}EXTERNAL_ID +CUSTOMER +STATUS +AMOUNT {2}OUTSTANDING {2}TAKEN_AT +DUE$/),
      expect.stringMatching(new RegExp(`^ *${String(taken?.id)}  ${loan}  ${ada}  active  600.00       350.00  `)),
      '',
    ]);
  });

  it('decides on requests, and finds an entity by either of its ids', async () => {
    const asked = [nameOf('loan'), nameOf('loan')];
    for (const name of asked)
      await json('loans', 'take', name, '--customer', ada, '--amount', '10', '--due', '2030-01-01', '--pending');
    expect((await json('loans', 'activate', asked[0] ?? ''))[0]).toMatchObject({ status: 'active' });
    const [rejected] = await json('loans', 'reject', asked[1] ?? '');
    expect(rejected).toMatchObject({ status: 'rejected' });
    expect(await json('loans', 'show', '--id', String(rejected?.id))).toEqual([rejected]);
    expect((await json('customers', 'update', ada, '--score', '900'))[0]).toMatchObject({ score: '900.00' });
    expect(await json('customers', 'get', ada)).toMatchObject([{ external_id: ada, score: '900.00' }]);
  });

  it('prints a refusal, and exits with 1', async () => {
    const refused = await run(
      'loans',
      'take',
      nameOf('loan'),
      '--customer',
      ada,
      '--amount',
      '5000',
      '--due',
      '2030-01-01',
    );
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^mo: credit_limit_exceeded: .*\n {2}available_amount: 540\.00\n$/);
    const tooMuch = await run('payments', 'make', nameOf('payment'), '--customer', ada, '--amount', '5000');
    expect([tooMuch.code, tooMuch.stdout]).toEqual([1, expect.stringContaining('rejected: exceeds_debt')]);
    expect(await run('balance', 'nobody', '--json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"not_found"'),
    });
    const noKey = await run('balance', ada, '--key', 'wrong');
    expect([noKey.code, noKey.stderr]).toEqual([
      2,
      expect.stringMatching(/unauthenticated.*\n {2}the key came from --key/),
    ]);
  });
});

describe('events', () => {
  it('of one customer are shown as they are written', async () => {
    const [ada, bob] = [nameOf('ada'), nameOf('bob')];
    for (const name of [ada, bob]) await json('customers', 'create', name, '--score', '100');
    const tail = startMo(['events', 'tail', '--customer', ada, '--limit', '2', '--json'], { env, cwd });
    await waitFor(async () => tail.printed.stderr.startsWith('following'));
    for (const name of [bob, ada])
      await json('loans', 'take', nameOf('loan'), '--customer', name, '--amount', '5', '--due', '2030-01-01');
    await json('payments', 'make', nameOf('payment'), '--customer', ada, '--amount', '5');
    const { code, stdout } = await tail.ended;
    expect(code).toBe(0);
    const events = jsonLines(stdout);
    const about = { customer_id: events[0]?.customer_id, data: { customer_external_id: ada } };
    expect(events).toMatchObject([about, about]);
    expect(events.map(({ type }) => type).filter((type) => type === 'CustomerRegistered')).toEqual([]);
    const all = await json(
      'events',
      'tail',
      '--from-beginning',
      '--type',
      'LoanPaid',
      '--customer',
      ada,
      '--limit',
      '1',
    );
    expect(all).toMatchObject([{ type: 'LoanPaid', topic: `${PREFIX}.loans`, version: 2 }]);
  });

  it('of missing topics are an error, and Ctrl-C ends the command', async () => {
    const wrong = await mo(['events', 'tail'], { env: { ...env, TOPIC_PREFIX: 'nobody' }, cwd });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/there is no topic nobody.customers.*TOPIC_PREFIX/),
    ]);
    const tail = startMo(['events', 'tail'], { env, cwd });
    await waitFor(async () => tail.printed.stderr.startsWith('following'));
    tail.process.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/\nstopped\n$/) });
  });
});

describe('for operators', () => {
  it('shows the state of all parts, and which are unreachable', async () => {
    const { replicas } = system.stack.stack().payments;
    const urls = Object.fromEntries(
      (['customers', 'loans', 'payments'] as const).map((name) => [
        `${name.toUpperCase()}_URL`,
        system.stack.stack()[name].url,
      ]),
    );
    const ready = await mo(['status', '--json'], { env: { ...env, ...urls }, cwd });
    const [status] = jsonLines(ready.stdout) as [{ ready: boolean; parts: Record<string, string>[]; lags: unknown[] }];
    expect([ready.code, status.ready, status.lags.length]).toEqual([0, true, 6]);
    expect(status.parts.map(({ part, state }) => `${part} ${state}`)).toEqual([
      'gateway ready',
      'customers ready',
      'loans ready',
      'payments ready',
      'postgres/customers ready',
      'postgres/loans ready',
      'postgres/payments ready',
      'kafka ready',
    ]);
    for (const { part, version } of status.parts.slice(0, 7))
      expect([part, version]).toEqual([part, expect.any(String)]);
    const gone = `${replicas[0]?.url},http://127.0.0.1:9`;
    const unwell = await mo(['status'], { env: { ...env, ...urls, PAYMENTS_URL: gone }, cwd });
    expect(unwell.code).toBe(1);
    expect(unwell.stdout).toMatch(/^payments +ready .*\npayments-2 +not reached /m);
  });

  it('replays, reconciles and backfills', async () => {
    const dir = mkdtempSync(join(cwd, 'data-'));
    const [ada, loan, payment] = [nameOf('ada'), nameOf('loan'), nameOf('payment')];
    writeFileSync(join(dir, 'customers.csv'), `external_id,score\n${ada},100.00\n`);
    writeFileSync(
      join(dir, 'loans.csv'),
      `external_id,customer_external_id,amount,maximum_payment_date\n${loan},${ada},60.00,2030-01-01T00:00:00Z\n`,
    );
    writeFileSync(
      join(dir, 'payments.csv'),
      `external_id,customer_external_id,total_amount\n${payment},${ada},20.00\n`,
    );
    expect(await json('replay', dir)).toMatchObject([{ ok: true, differences: 0 }]);
    const [customer] = await json('customers', 'get', ada);
    const reconcile = ['reconcile', '--customer', String(customer?.id), '--lag-seconds', '0'];
    await waitFor(async () => (await run(...reconcile)).code === 0);
    expect(await json(...reconcile)).toEqual([{ customers: 1, events: 3, differences: 0 }]);
    expect((await run(...reconcile)).stdout).toMatch(/^1 customer, 3 events: 0 differences /);
    for (const command of [['reconcile'], ['rebuild', '--service', 'payments']])
      expect(await run(...command, '--customer', '999999999')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'mo: no service has a row or an event of a customer with the id 999999999\n',
      });
    const to = `${PREFIX}-subscriber`;
    const plan = await json('backfill', '--topic', `${PREFIX}.loans`, '--to', to, '--plan', 'plan.json');
    const planned = () => [JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'))];
    expect(plan).toEqual(planned());
    const again = await run('backfill', '--topic', `${PREFIX}.loans`, '--to', to, '--plan', 'plan.json');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`${to} has messages already`)]);
    expect(plan).toEqual(planned());
    expect(await json('rebuild', '--service', 'payments', '--customer', '1')).toMatchObject([
      { customers: 1, failures: 0 },
    ]);
    expect(await json('dlq', 'list')).toEqual([]);
    expect(await json('dlq', 'retry')).toEqual([{ settlement: 'replayed', letters: 0, messages: 0, left: 0 }]);
  });
});
