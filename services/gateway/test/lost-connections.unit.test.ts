import type { RequestListener } from 'node:http';
import { KEY, type RunningGateway, sendJson, startGateway, startStub, stopAll, until } from './support.ts';

afterEach(stopAll);

const PATIENCE_MS = 300;

/** One that waits no longer than so; null where it left without an answer. */
async function impatientCall({ url }: RunningGateway): Promise<number | null> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const call = fetch(`${url}/api/loans/1`, { headers: { 'x-api-key': KEY }, signal });
  return call.then(({ status }) => status).catch(() => null);
}

/** More than it takes to end a connection. */
const SOME = 10;

const NEVER = { answerTimeoutMs: 240_000, callTimeoutMs: 240_000 };

describe('a connection that is lost silently', () => {
  it('is detected even if every caller leaves before an answer is late', async () => {
    const replica = await startStub();
    const gateway = await startGateway({ replicas: [replica], limits: NEVER });
    await until(async () => (await impatientCall(gateway)) === 200, 'calls are answered');
    replica.lose();
    await until(async () => (await impatientCall(gateway)) === 200, 'they are again');
  });

  it('has its retryable calls sent again', async () => {
    const replica = await startStub();
    const gateway = await startGateway({ replicas: [replica], limits: NEVER });
    expect((await gateway.call('GET', '/api/loans/1')).status).toBe(200);
    replica.lose();
    expect((await gateway.call('GET', '/api/loans/1')).status).toBe(200);
  });
});

describe('a silent connection', () => {
  it('is kept while the replica answers pings, however long its answers take', async () => {
    const held: (() => void)[] = [];
    const hold: RequestListener = (_request, response) => void held.push(() => sendJson(response, 200, {}));
    const replica = await startStub(hold);
    const gateway = await startGateway({ replicas: [replica], limits: NEVER });
    const call = gateway.call('POST', '/api/loans', { body: '{}' });
    await until(() => replica.questions.includes('/livez'), 'it is asked there, too');
    const { length } = replica.questions;
    await until(() => replica.questions.length > length + SOME, 'it says some times more that it is ready');
    held[0]?.();
    expect((await call).status).toBe(200);
  });
});
