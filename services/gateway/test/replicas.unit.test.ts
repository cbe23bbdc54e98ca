import type { RequestListener } from 'node:http';
import {
  answerJson,
  KEY,
  RawConnection,
  type RunningGateway,
  sendJson,
  startGateway,
  startStub,
  stopAll,
  until,
} from './support.ts';

afterEach(stopAll);

const ready = (gateway: RunningGateway) => gateway.metric('gateway_replicas_ready');
const untilReady = (gateway: RunningGateway, count: number) =>
  until(async () => (await ready(gateway)) === 3 * count, `${count} replicas are ready`);
const statusOf = async (gateway: RunningGateway, method = 'GET', body: string | null = null) =>
  (await gateway.call(method, '/api/loans', { body })).status;

describe('calls', () => {
  it('are spread over the replicas evenly', async () => {
    const replicas = [await startStub(), await startStub(), await startStub()];
    const gateway = await startGateway({ replicas });
    for (let n = 0; n < 30; n += 1) await statusOf(gateway);
    expect(replicas.map(({ requests }) => requests.length)).toEqual([10, 10, 10]);
  });

  it('go to the replica with the fewest calls in flight', async () => {
    const held: (() => void)[] = [];
    const busy = await startStub((_request, response) => void held.push(() => sendJson(response, 200, {})));
    const idle = await startStub();
    const gateway = await startGateway({ replicas: [busy, idle] });
    const calls: Promise<number>[] = [];
    while (held.length === 0) {
      calls.push(statusOf(gateway));
      await Promise.race([calls.at(-1), until(() => held.length > 0, 'a call is held')]);
    }
    for (let n = 0; n < 5; n += 1) expect(await statusOf(gateway)).toBe(200);
    expect(busy.requests).toHaveLength(1);
    held[0]?.();
    await Promise.all(calls);
  });
});

describe('waiting calls', () => {
  /** Two replicas that hold what they are given, and the one has two uploads, too. */
  async function startHolding(callsAtOnceMax: number) {
    const held: (() => void)[] = [];
    const hold: RequestListener = (request, response) => {
      if (request.url?.startsWith('/api/customers/bulk') === true) request.resume();
      else held.push(() => sendJson(response, 200, {}));
    };
    const [loaded, idle] = [await startStub(hold), await startStub(hold)];
    idle.ready = false;
    const replicas = [loaded, idle];
    const gateway = await startGateway({ replicas, limits: { callsAtOnceMax, turnWaitMsMax: 60_000 } });
    const uploads = [1, 2].map(() =>
      new RawConnection(gateway.port).send(
        `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: text/csv\r\n` +
          'content-length: 1000\r\n\r\na,1\n',
      ),
    );
    await until(() => loaded.requests.length === 2, 'the uploads are under way');
    idle.ready = true;
    await untilReady(gateway, 2);
    const end = () => {
      for (const { socket } of uploads) socket.destroy();
    };
    return { gateway, replicas, held, end };
  }

  it('go to any replica with room, with or without uploads', async () => {
    const { gateway, held, end } = await startHolding(2);
    const calls = Array.from({ length: 12 }, () => gateway.call('GET', '/api/customers/1'));
    await until(async () => (await gateway.metric('gateway_calls_waiting')) === 8, 'four are under way');
    for (let done = 0; done < calls.length; done += 1) {
      await until(() => held.length > 0, 'one more is under way');
      held.shift()?.();
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
    end();
  });

  it('are spread evenly, with or without uploads', async () => {
    const { gateway, replicas, held, end } = await startHolding(4);
    const calls = Array.from({ length: 4 }, () => gateway.call('GET', '/api/customers/1'));
    await until(() => held.length === 4, 'all are under way');
    expect(replicas.map(({ requests }) => requests.filter(({ method }) => method === 'GET').length)).toEqual([2, 2]);
    for (const answer of held) answer();
    await Promise.all(calls);
    end();
  });
});

describe('a replica', () => {
  it('that is unreachable is left out at once, no call fails, and it is used again once it is back', async () => {
    const [a, b] = [await startStub(), await startStub()];
    const gateway = await startGateway({ replicas: [a, b], limits: { probeIntervalMs: 60_000 } });
    await untilReady(gateway, 2);
    await b.kill();
    for (let n = 0; n < 10; n += 1) expect(await statusOf(gateway, 'POST', '{}')).toBe(200);
    expect(a.requests).toHaveLength(10);
    const back = await startStub(answerJson(200, {}), { port: b.port });
    await until(async () => {
      await statusOf(gateway);
      return back.requests.length > 0;
    }, 'it gets calls again');
  });

  it('that closes its connections is about to stop: it gets no more calls until the next check', async () => {
    const leaving = await startStub(answerJson(200, {}, { connection: 'close' }));
    const other = await startStub();
    const gateway = await startGateway({ replicas: [leaving, other], limits: { probeIntervalMs: 60_000 } });
    await untilReady(gateway, 2);
    leaving.ready = false;
    for (let n = 0; n < 10; n += 1) expect(await statusOf(gateway, 'POST', '{}')).toBe(200);
    expect([leaving.requests.length, other.requests.length]).toEqual([1, 9]);
  });

  it('that is not ready gets no calls until it is', async () => {
    const [a, b] = [await startStub(), await startStub()];
    b.ready = false;
    const gateway = await startGateway({ replicas: [a, b] });
    await untilReady(gateway, 1);
    for (let n = 0; n < 10; n += 1) expect(await statusOf(gateway)).toBe(200);
    expect(b.requests).toHaveLength(0);
    b.ready = true;
    await untilReady(gateway, 2);
    a.ready = false;
    await untilReady(gateway, 1);
    expect(await statusOf(gateway)).toBe(200);
    expect(b.requests).toHaveLength(1);
  });

  it('that dies under load fails no read and no write with a key', async () => {
    const slow: RequestListener = (request, response) =>
      void request.resume().on('end', () => setImmediate(() => sendJson(response, 200, {})));
    const [a, b] = [await startStub(slow), await startStub(slow)];
    const gateway = await startGateway({ replicas: [a, b] });
    const statuses: number[] = [];
    const client = async (id: number) => {
      for (let n = 0; n < 50; n += 1) {
        const options = { body: '{}', headers: { 'idempotency-key': `${id}-${n}` } };
        const call = n % 2 === 0 ? gateway.call('POST', '/api/loans', options) : gateway.call('GET', '/api/loans/1');
        statuses.push((await call).status);
      }
    };
    const clients = Array.from({ length: 8 }, (_, id) => client(id));
    await until(() => statuses.length > 100, 'they are under way');
    await b.kill();
    await Promise.all(clients);
    expect(statuses).toEqual(Array.from({ length: 400 }, () => 200));
  });

  /** Only what a probe says ends an attempt, however busy this machine is. */
  const PATIENT = { probeTimeoutMs: 1_000, answerTimeoutMs: 240_000, callTimeoutMs: 240_000 };
  it('that stops responding gets no more calls, and those that may be retried go to others', async () => {
    const frozen = await startStub(() => {});
    const other = await startStub();
    other.ready = false;
    const gateway = await startGateway({ replicas: [frozen, other], limits: PATIENT });
    const read = gateway.call('GET', '/api/loans/1');
    const write = gateway.call('POST', '/api/loans', { body: '{}', headers: { 'idempotency-key': 'k' } });
    const unkeyed = new AbortController();
    const lost = fetch(`${gateway.url}/api/loans`, {
      method: 'POST',
      body: '{}',
      headers: { 'x-api-key': KEY },
      signal: unkeyed.signal,
    }).catch(() => 'withdrawn');
    await until(() => frozen.requests.length >= 3, 'it has the calls');
    frozen.freeze();
    other.ready = true;
    expect([(await read).status, (await write).status]).toEqual([200, 200]);
    expect(await statusOf(gateway)).toBe(200);
    expect(other.requests.map(({ method }) => method)).toEqual(expect.arrayContaining(['POST', 'GET', 'GET']));
    unkeyed.abort();
    expect(await lost).toBe('withdrawn');
  });

  it('that stops responding keeps the calls without an attempt left, because it may still answer', async () => {
    const held: (() => void)[] = [];
    const frozen = await startStub((_request, response) => void held.push(() => sendJson(response, 200, {})));
    const other = await startStub();
    other.ready = false;
    const gateway = await startGateway({ replicas: [frozen, other], limits: { ...PATIENT, attemptsMax: 1 } });
    const read = statusOf(gateway);
    await until(() => held.length === 1, 'it has the call');
    frozen.freeze();
    await untilReady(gateway, 0);
    other.ready = true;
    await untilReady(gateway, 1);
    expect(await statusOf(gateway)).toBe(200);
    held[0]?.();
    expect(await read).toBe(200);
    expect(other.requests).toHaveLength(1);
  });

  it('that is slow to report readiness is used while there is no other', async () => {
    const only = await startStub();
    const gateway = await startGateway({ replicas: [only], limits: { probeTimeoutMs: 100 } });
    only.freeze();
    await untilReady(gateway, 0);
    expect(await statusOf(gateway)).toBe(200);
  });
});

describe('while no replica is up', () => {
  it('every call waits for one to return, including writes without a key and uploads', async () => {
    const stub = await startStub();
    const gateway = await startGateway({
      replicas: [stub],
      limits: { callTimeoutMs: 240_000, replicaWaitMs: 240_000 },
    });
    await stub.kill();
    const calls = [statusOf(gateway), statusOf(gateway, 'POST', '{}')];
    calls.push(gateway.call('POST', '/api/customers/bulk', { body: 'a,1' }).then(({ status }) => status));
    await until(async () => (await ready(gateway)) === 0, 'it is known to be gone');
    await startStub(answerJson(200, {}), { port: stub.port });
    expect(await Promise.all(calls)).toEqual([200, 200, 200]);
  });

  it('a call is answered with 503 and Retry-After after a while', async () => {
    const stub = await startStub();
    const gateway = await startGateway({ replicas: [stub], limits: { replicaWaitMs: 100 } });
    await stub.kill();
    const answer = await gateway.call('POST', '/api/loans', { body: '{}' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    // At the end of the whole call it would be "loans took too long".
    expect(await answer.json()).toMatchObject({ detail: 'loans is not available' });
  });

  it('a waiting caller who disconnects frees its place', async () => {
    const stub = await startStub();
    const gateway = await startGateway({ replicas: [stub], limits: { replicaWaitMs: 60_000 } });
    await stub.kill();
    const connection = new RawConnection(gateway.port).send(
      `GET /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`,
    );
    await until(async () => (await gateway.metric('gateway_calls_under_way')) === 1, 'it waits');
    connection.socket.destroy();
    await until(async () => (await gateway.metric('gateway_calls_under_way')) === 0, 'its place is free');
  });
});

describe('the gateway is ready', () => {
  it('while webhooks is down, because everything else continues', async () => {
    const [a, away] = [await startStub(), await startStub()];
    away.ready = false;
    const replicas = { customers: [a], loans: [a], payments: [a], webhooks: [away] };
    const gateway = await startGateway({ replicas });
    const answer = await fetch(`${gateway.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ services: expect.objectContaining({ webhooks: { ready: 0, replicas: 1 } }) }),
    ]);
  });

  it('once every service has a ready replica, and reports which have', async () => {
    const [a, b, c] = [await startStub(), await startStub(), await startStub()];
    c.ready = false;
    const gateway = await startGateway({ replicas: { customers: [a], loans: [a, c], payments: [c] } });
    const readiness = async () => {
      const answer = await fetch(`${gateway.url}/readyz`);
      return [answer.status, await answer.json()];
    };
    const services = (payments: number, loans: number) => ({
      customers: { ready: 1, replicas: 1 },
      loans: { ready: loans, replicas: 2 },
      payments: { ready: payments, replicas: 1 },
    });
    expect(await readiness()).toEqual([
      503,
      { status: 'not ready', reason: 'no replica is ready: payments', services: services(0, 1) },
    ]);
    c.ready = true;
    await until(async () => (await readiness())[0] === 200, 'it is ready');
    await until(async () => (await ready(gateway)) === 4, 'all replicas are');
    expect(await readiness()).toEqual([200, { status: 'ready', services: services(1, 2) }]);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    await b.kill();
  });

  it('by /readyz/any while at least one service is', async () => {
    const [a, b] = [await startStub(), await startStub()];
    b.ready = false;
    const gateway = await startGateway({ replicas: { customers: [a], loans: [b], payments: [b] } });
    const answers = async () =>
      Promise.all(['/readyz', '/readyz/any'].map(async (path) => (await fetch(`${gateway.url}${path}`)).status));
    expect(await answers()).toEqual([503, 200]);
    a.ready = false;
    await until(async () => (await answers())[1] === 503, 'it is of no use');
    expect(await (await fetch(`${gateway.url}/readyz/any`)).json()).toMatchObject({
      status: 'not ready',
      reason: 'no replica of any service is ready',
    });
  });
});
