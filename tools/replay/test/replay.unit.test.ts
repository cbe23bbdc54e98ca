import { CLIENT_LIMITS, GatewayClient } from '../src/client.ts';
import { drive, keyOf, type Outcome } from '../src/drive.ts';
import { planLanes } from '../src/lanes.ts';
import { type DataSet, readDataSet } from '../src/read-rows.ts';
import { replay } from '../src/replay.ts';
import { type Files, files, withDataSet } from './data-sets.ts';
import { KEY, refuse, StandIn } from './stand-in.ts';

const day = (number: number) => `2020-01-${String(number).padStart(2, '0')}T00:00:00Z`;
const DUE = '2027-01-01T00:00:00Z';

/** Three customers, one refusal of each kind, and one payment that exceeds the debt. */
const MIXED = files({
  customers: ['c1,100.00', 'c2,50.00', 'c3,10.00'],
  loans: [
    `l1,c1,60.00,${day(1)},${DUE}`,
    `l2,c1,40.00,${day(2)},${DUE}`,
    `l3,c2,50.01,${day(1)},${DUE}`,
    `l4,c3,10.00,${day(1)},${DUE}`,
    `l5,nobody,1.00,${day(1)},${DUE}`,
  ],
  payments: [`p1,c1,70.00,${day(3)}`, `p2,c2,1.00,${day(3)}`, `p3,c3,10.00,${day(3)}`],
});

const clientLimits = { ...CLIENT_LIMITS, backoffMinMs: 1, backoffMaxMs: 5 };
const compareLimits = { settleTimeoutMs: 0, settlePollMs: 1 };
const output = { write: () => true };

let gateway: StandIn;
let target: { url: string; key: string };
beforeEach(async () => {
  gateway = new StandIn();
  target = await gateway.start();
});
afterEach(() => gateway.stop());

const run = (contents: Files = MIXED, change: Partial<Parameters<typeof replay>[0]> = {}) =>
  withDataSet(contents, (dir) => replayIn(dir, change));
const replayIn = (dir: string, change: Partial<Parameters<typeof replay>[0]> = {}) =>
  replay({ dir, target, concurrency: 4, output, clientLimits, compareLimits, ...change });

describe('a replay', () => {
  it('finds no difference if the gateway follows the rules, including expected refusals', async () => {
    const summary = await run();
    expect(summary).toMatchObject({
      ok: true,
      differences: 0,
      stopped_by: null,
      resources: {
        customers: { rows: 3, accepted: 3, already_there: 0, refused: {}, unanswered: 0 },
        loans: {
          accepted: 3,
          refused: {
            credit_limit_exceeded: {
              count: 1,
              expected: 1,
              examples: [{ external_id: 'l3', line: 4, detail: 'Because of credit_limit_exceeded.' }],
            },
            customer_not_found: { count: 1, expected: 1 },
          },
        },
        payments: { accepted: 3, refused: {} },
      },
      compared: {
        balances: { expected: 3, found: 3 },
        loans: { expected: 3, found: 3, statuses: { paid: 2, active: 1 } },
        payments: { expected: 3, found: 3, statuses: { completed: 2, rejected: 1 } },
      },
    });
  });

  it('has each effect once despite dropped connections and 503s, before and after the effect', async () => {
    const faults = ['drop before', 'drop after', refuse(503, 'unavailable', { 'retry-after': '0' })] as const;
    gateway.fault = ({ times }) => faults[times - 1];
    const summary = await run();
    expect(summary).toMatchObject({ ok: true, resources: { customers: { accepted: 3, already_there: 0 } } });
    expect(gateway.effects.toSorted()).toEqual(['c1', 'c2', 'c3', 'l1', 'l2', 'l4', 'p1', 'p2', 'p3']);
  });

  it('can be repeated, with the answers of the first one', async () => {
    await withDataSet(MIXED, async (dir) => {
      await replayIn(dir);
      const again = await replayIn(dir);
      expect(again).toMatchObject({
        ok: true,
        resources: {
          customers: { accepted: 0, already_there: 3 },
          loans: { accepted: 0, already_there: 3, refused: { credit_limit_exceeded: { expected: 1 } } },
          payments: { accepted: 0, already_there: 3 },
        },
      });
      expect(gateway.effects).toHaveLength(9);
    });
  });

  it('counts a 409 as an existing row once the keys have expired', async () => {
    await withDataSet(MIXED, async (dir) => {
      await replayIn(dir);
      gateway.expireKeys();
      const again = await replayIn(dir);
      expect(again).toMatchObject({
        ok: true,
        resources: { customers: { already_there: 3 }, loans: { already_there: 3 }, payments: { already_there: 3 } },
        compared: { payments: { statuses: { completed: 2, rejected: 1 } } },
      });
    });
  });

  it('continues after an interrupted one', async () => {
    await withDataSet(MIXED, async (dir) => {
      gateway.fault = ({ body }) => (body.external_id === 'p1' ? refuse(503, 'unavailable') : undefined);
      const interrupted = await replayIn(dir, { clientLimits: { ...clientLimits, retryTimeoutMs: 20 } });
      expect(interrupted).toMatchObject({ ok: false, compared: null, resources: { payments: { rows: 3 } } });
      expect(interrupted.stopped_by).toMatch(/^gave up on POST \/api\/payments after \d+ attempts: it answers 503$/);
      expect(interrupted.resources.payments.unanswered).toBeGreaterThan(0);
      gateway.fault = () => undefined;
      expect(await replayIn(dir)).toMatchObject({ ok: true, differences: 0 });
    });
  });

  it('reports a wrong balance, a wrong outstanding amount and a missing record', async () => {
    gateway.lie = (item) => {
      if (item.external_id === 'c1') return { ...item, total_debt: '30.01' };
      if (item.external_id === 'l2') return { ...item, outstanding: '29.99' };
      return item.external_id === 'p2' ? { ...item, external_id: 'p2x' } : item;
    };
    const { ok, differences, first_differences } = await run();
    expect({ ok, differences }).toEqual({ ok: false, differences: 3 });
    expect(first_differences).toEqual([
      { subject: 'loan l2', what: 'outstanding', expected: '30.00', actual: '29.99' },
      { subject: 'balance of customer c1', what: 'total_debt', expected: '30.00', actual: '30.01' },
      { subject: 'payment p2', what: 'the record', expected: 'there', actual: 'missing' },
    ]);
  });

  it('waits for a balance that lags', async () => {
    let reads = 0;
    gateway.lie = (item) =>
      item.external_id === 'c1' && 'score' in item && ++reads < 4 ? { ...item, score: '0.00' } : item;
    const summary = await run(MIXED, { compareLimits: { settleTimeoutMs: Number.POSITIVE_INFINITY, settlePollMs: 1 } });
    expect(summary.ok).toBe(true);
    expect(reads).toBe(4);
  });

  it('reports an unexpected refusal and its consequences', async () => {
    gateway.fault = ({ body }) => (body.external_id === 'l1' ? refuse(422, 'credit_limit_exceeded') : undefined);
    const { ok, resources, first_differences } = await run();
    expect(ok).toBe(false);
    expect(resources.loans.refused.credit_limit_exceeded).toMatchObject({ count: 2, expected: 1 });
    expect(first_differences[0]).toEqual({
      subject: 'loan l1 (line 2)',
      what: 'the answer',
      expected: 'accepted',
      actual: 'credit_limit_exceeded (Because of credit_limit_exceeded.)',
    });
    expect(first_differences.map(({ subject }) => subject)).toContain('loan l1');
  });

  it('reports an unexpected acceptance', async () => {
    gateway.fault = ({ body }) =>
      body.external_id === 'l3' ? { status: 201, body: { external_id: 'l3' } } : undefined;
    const { ok, differences, first_differences } = await run();
    expect({ ok, differences }).toEqual({ ok: false, differences: 1 });
    expect(first_differences[0]).toMatchObject({ expected: 'credit_limit_exceeded', actual: 'accepted' });
  });

  it('counts a 500 as a difference and continues', async () => {
    gateway.fault = ({ body }) => (body.external_id === 'p2' ? refuse(500, 'internal_error') : undefined);
    const summary = await run();
    expect(summary.ok).toBe(false);
    expect(summary.resources.payments.refused.internal_error).toMatchObject({ count: 1, expected: 0 });
    expect(summary.first_differences[0]).toMatchObject({ subject: 'payment p2 (line 3)', expected: 'rejected' });
  });

  it('stops at once if the API key is refused', async () => {
    const summary = await run(MIXED, { target: { ...target, key: `${KEY}x` } });
    expect(summary).toMatchObject({ ok: false, compared: null });
    expect(summary.stopped_by).toMatch(/^the gateway refuses the API key: 401/);
  });

  it('does not start while the gateway is not ready', async () => {
    gateway.isReady = false;
    await expect(run(MIXED, { clientLimits: { ...clientLimits, readyTimeoutMs: 20 } })).rejects.toThrow(
      /is not ready after 20 ms: it answers 503$/,
    );
    expect(gateway.effects).toEqual([]);
  });
});

describe('the rows', () => {
  const many = (): Files => {
    const customers = Array.from({ length: 20 }, (_, at) => `c${at}`);
    return files({
      customers: customers.map((id) => `${id},100.00`),
      loans: customers.map((id) => `loan-${id},${id},100.00,${day(1)},${DUE}`),
      payments: [4, 2, 3].flatMap((at) => customers.map((id) => `pay-${id}-${at},${id},1.00,${day(at)}`)),
    });
  };

  it("of a customer are sent in order, and at most `concurrency` customers' rows at the same time", async () => {
    const data = await withDataSet(many(), readDataSet);
    const client = new GatewayClient(target, 8, clientLimits);
    gateway.gather = 3;
    const outcomes: Outcome[] = [];
    const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
    await drive(planLanes(data), client, { dataSet: data.name, concurrency: 3, onOutcome });
    await client.close();
    expect(outcomes).toHaveLength(100);
    expect(gateway.underWayMax).toBe(3);
    expect(gateway.effects.filter((id) => id.split('-').includes('c7'))).toEqual([
      'c7',
      'loan-c7',
      'pay-c7-2',
      'pay-c7-3',
      'pay-c7-4',
    ]);
  });

  it('have distinct keys, equal in every replay of the data set', async () => {
    const keysOf = ({ name, customers, loans, payments }: DataSet) =>
      [...customers, ...loans, ...payments].map((row) => keyOf(name, row));
    await withDataSet(files({ customers: ['a,1', 'b,1', 'a,1'], payments: ['a,a,1,'] }), async (dir) => {
      const keys = keysOf(await readDataSet(dir));
      expect(new Set(keys).size).toBe(4);
      expect(keysOf(await readDataSet(dir))).toEqual(keys);
      for (const key of keys) expect(key).toMatch(/^[!-~]{1,255}$/);
    });
  });
});
