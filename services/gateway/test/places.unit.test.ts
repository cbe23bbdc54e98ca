import { expectUnavailable, KEY, RawConnection, sendJson, startGateway, startStub, stopAll, until } from './support.ts';

afterEach(stopAll);

describe('more concurrent calls than the limit', () => {
  it('are answered with 503 at once, and the others complete', async () => {
    const waiting: (() => void)[] = [];
    const stub = await startStub((_request, response) => void waiting.push(() => sendJson(response, 200, {})));
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 2 } });
    const taken = [gateway.call('GET', '/api/loans/1'), gateway.call('GET', '/api/loans/2')];
    await until(() => waiting.length === 2, 'two are under way');
    await expectUnavailable(await gateway.call('GET', '/api/loans/3'));
    const other = gateway.call('GET', '/api/payments/1');
    await until(() => waiting.length === 3, 'another service takes one');
    for (const answer of waiting) answer();
    for (const call of [...taken, other]) expect((await call).status).toBe(200);
    await until(async () => (await gateway.metric('gateway_calls_under_way')) === 0, 'all places are free');
    const next = gateway.call('GET', '/api/loans/4');
    await until(() => waiting.length === 4, 'there is room again');
    waiting[3]?.();
    expect((await next).status).toBe(200);
  });

  it('wait in order, and are answered with 503 if they wait too long', async () => {
    const waiting: [string, () => void][] = [];
    const stub = await startStub(
      ({ url = '' }, response) => void waiting.push([url, () => sendJson(response, 200, {})]),
    );
    const gateway = await startGateway({ replicas: [stub], limits: { callsAtOnceMax: 1, turnWaitMsMax: 60_000 } });
    const calls = ['/api/loans/1', '/api/loans/2', '/api/loans/3'].map((path) => gateway.call('GET', path));
    await until(async () => (await gateway.metric('gateway_calls_waiting')) === 2, 'two wait');
    for (let done = 0; done < calls.length; done += 1) {
      await until(() => waiting.length === done + 1, 'the next has its turn');
      waiting[done]?.[1]();
    }
    for (const call of calls) expect((await call).status).toBe(200);
    expect(waiting).toHaveLength(3);

    const hasty = await startGateway({ replicas: [stub], limits: { callsAtOnceMax: 1, turnWaitMsMax: 20 } });
    const first = hasty.call('GET', '/api/loans/1');
    await until(() => waiting.length === 4, 'one is under way');
    await expectUnavailable(await hasty.call('GET', '/api/loans/2'));
    waiting[3]?.[1]();
    expect((await first).status).toBe(200);
    expect(waiting).toHaveLength(4);
  });

  it('are refused at once if their turn would come too late', async () => {
    const waiting: (() => void)[] = [];
    const stub = await startStub((_request, response) => void waiting.push(() => sendJson(response, 200, {})));
    const limits = { callsAtOnceMax: 1, turnWaitMsMax: 60_000, turnMsMax: 0 };
    const gateway = await startGateway({ replicas: [stub], limits });
    const oneWaits = async () => (await gateway.metric('gateway_calls_waiting')) === 1;
    const calls = [gateway.call('GET', '/api/loans/1')];
    await until(() => waiting.length === 1, 'one is under way');
    calls.push(gateway.call('GET', '/api/loans/2'));
    await until(oneWaits, 'one waits');
    waiting[0]?.();
    await until(() => waiting.length === 2, 'the second has its turn');
    waiting[1]?.();
    for (const call of calls) expect((await call).status).toBe(200);

    const later = [gateway.call('GET', '/api/loans/3')];
    await until(() => waiting.length === 3, 'one is under way again');
    later.push(gateway.call('GET', '/api/loans/4'));
    await until(oneWaits, 'one waits again');
    await expectUnavailable(await gateway.call('GET', '/api/loans/5'));
    expect(await gateway.metric('gateway_shed_total')).toBe(1);
    waiting[2]?.();
    await until(() => waiting.length === 4, 'the next has its turn');
    waiting[3]?.();
    for (const call of later) expect((await call).status).toBe(200);
  });

  it('are not delayed by callers that send slowly', async () => {
    const stub = await startStub();
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 2, callsAtOnceMax: 2 } });
    const head = `POST /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 10\r\n\r\n{`;
    const slow = Array.from({ length: 8 }, () => new RawConnection(gateway.port).send(head));
    await until(async () => (await gateway.metric('gateway_body_bytes')) === slow.length, 'all are sending');
    expect((await gateway.call('GET', '/api/loans/1')).status).toBe(200);
    for (const { socket } of slow) socket.destroy();
  });

  it('are refused as a problem before any other check, unlike uploads and other pages', async () => {
    const stub = await startStub(({ url = '' }, response) => {
      if (url.startsWith('/api/customers/bulk')) sendJson(response, 200, {});
    });
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 1 } });
    const held = new RawConnection(gateway.port);
    held.send(`GET /api/customers/1 HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`);
    await until(() => stub.requests.length === 1, 'one is under way');
    const refused = await gateway.call('GET', '/api/customers/2', { headers: { 'x-api-key': 'no key of ours' } });
    await expectUnavailable(refused);
    expect(refused.headers.get('x-request-id')).toBeTruthy();
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect((await gateway.call('POST', '/api/customers/bulk', { body: 'a,1' })).status).toBe(200);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    expect((await gateway.call('GET', '/api/nothing')).status).toBe(404);
    expect(await gateway.metric('gateway_shed_total')).toBe(1);
    held.socket.destroy();
  });
});
