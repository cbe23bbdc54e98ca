import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { STOP_TIMEOUT_MS_MAX, stopLimitMs } from '@mo/service-kit';
import { defaultLimits } from '../src/forward/limits.ts';
import {
  KEY,
  KEY_DIGEST,
  RawConnection,
  type RunningGateway,
  type Stub,
  sendJson,
  startGateway,
  startStub,
  stopAll,
  until,
} from './support.ts';

const MIB = 1024 * 1024;
/** Half of the time for which a gateway that stops is seen to be not ready. */
const LATE_MS = 500;
const folder = join(import.meta.dirname, '..');
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await stopAll();
});

/** The gateway as a process of its own. */
function start(variables: Record<string, string>): { child: ChildProcess; output: () => string } {
  const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...variables };
  const child = spawn(process.execPath, ['--conditions=source', 'src/main.ts'], { cwd: folder, env });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
  return { child, output: () => text };
}

const urls = ({ origin }: Stub) => ({ CUSTOMERS_URL: origin, LOANS_URL: origin, PAYMENTS_URL: origin });

async function startListening(stub: Stub) {
  const { child, output } = start({ ...urls(stub), API_KEYS: `tester:${KEY_DIGEST}` });
  const address = () => /"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(output())?.[1];
  await until(() => address() !== undefined, 'it listens');
  const port = Number(address());
  return { child, output, port, url: `http://127.0.0.1:${port}` };
}

it('a start with a wrong configuration ends at once, and names the errors without a stack', async () => {
  const stub = await startStub();
  for (const [variables, message] of [
    [{}, 'CUSTOMERS_URL is not set'],
    [urls(stub), 'neither API_KEYS nor API_KEYS_FILE is set'],
    [{ ...urls(stub), API_KEYS: 'demo:secret' }, 'API_KEYS, line 1: the key must be its SHA-256'],
    [{ ...urls(stub), API_KEYS_FILE: '/nowhere' }, 'API_KEYS_FILE /nowhere cannot be read'],
  ] as const) {
    const { child, output } = start(variables);
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(output()).toContain(message);
    expect(output()).not.toContain('    at ');
  }
});

/**
 * Stops a gateway with one call in flight and one that arrives, which must be seen to be not ready for a second. Answers
 * false if this process or the gateway stood still meanwhile, so that it was not seen.
 */
async function stopUnderWay(): Promise<boolean> {
  let finish = () => {};
  const stub = await startStub(({ method }, response) => {
    if (method === 'POST') sendJson(response, 201, {});
    else finish = () => sendJson(response, 200, { done: true });
  });
  const { child, port, url } = await startListening(stub);
  const idle = new RawConnection(port);
  const call = fetch(`${url}/api/loans/1`, { headers: { 'x-api-key': KEY } });
  await until(() => stub.requests.length === 1, 'the call is under way');
  const head = `POST /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 2\r\n\r\n`;
  const slow = new RawConnection(port).send(`${head}{`);
  const isArriving = async () => /^gateway_body_bytes\S* 1$/m.test(await (await fetch(`${url}/metrics`)).text());
  await until(isArriving, 'another call arrives');
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  let reason: string | undefined;
  let lookedMs = performance.now();
  let longestMs = 0;
  await until(async () => {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer !== null) ({ reason } = (await answer.json()) as { reason?: string });
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lookedMs);
    lookedMs = nowMs;
    return answer === null || reason === 'the gateway is stopping';
  }, 'it is not ready any more');
  await until(async () => (await fetch(`${url}/livez`).catch(() => null)) === null, 'nothing new is taken');
  expect(child.exitCode).toBeNull();
  expect(await slow.send('}').status()).toBe(201);
  finish();
  const answer = await call;
  expect([answer.status, await answer.json()]).toEqual([200, { done: true }]);
  expect((await exit)[0]).toBe(0);
  idle.socket.destroy();
  const isSeen = reason === 'the gateway is stopping';
  if (!isSeen && longestMs < LATE_MS) throw new Error(`it was not seen to be not ready, though looked at all the time`);
  return isSeen;
}

it('SIGTERM lets calls in flight and those still arriving finish, refuses new ones, and ends the process', async () => {
  await until(stopUnderWay, 'a gateway is seen to be not ready');
});

const drainOf = ({ stopSteps }: RunningGateway) => stopSteps.find(({ name }) => name === 'requests')?.timeoutMs;

it('a gateway that stops waits longer than any call may take, and all steps have the time for it', async () => {
  const patient = await startGateway({ limits: { callTimeoutMs: 600_000 } });
  expect(drainOf(patient)).toBeGreaterThan(600_000);
  const usual = await startGateway({ limits: defaultLimits });
  expect(drainOf(usual)).toBeGreaterThan(defaultLimits.callTimeoutMs);
  expect(stopLimitMs(usual.stopSteps)).toBeLessThan(STOP_TIMEOUT_MS_MAX);
});

it('an upload of any size uses a bounded amount of memory', async () => {
  let bytes = 0;
  const stub = await startStub((request, response) => {
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => sendJson(response, 200, {}));
  });
  const { url } = await startListening(stub);
  const memory = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes\S* (\d+)/m.exec(text)?.[1]);
  };
  const before = await memory();
  let most = 0;
  const count = 512;
  async function* body() {
    for (let n = 0; n < count; n += 1) {
      if (n % 64 === 0) most = Math.max(most, await memory());
      yield Buffer.alloc(MIB);
    }
  }
  const call = request(`${url}/api/customers/bulk`, {
    method: 'POST',
    headers: { 'x-api-key': KEY, 'content-type': 'text/csv' },
  });
  const answered = once(call, 'response');
  await pipeline(Readable.from(body()), call);
  const [answer] = (await answered) as [IncomingMessage];
  expect([answer.resume().statusCode, bytes]).toEqual([200, count * MIB]);
  expect(most - before).toBeLessThan(160 * MIB);
});
