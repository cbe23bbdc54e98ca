/** Uploads whose key is revoked, or loses its scope, while they are under way. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const folder = mkdtempSync(join(tmpdir(), 'mo-readmit-'));
const keysFile = join(folder, 'keys');
const OTHERS = `other:${'0'.repeat(64)}`;
const BOTH = `${OTHERS}\ntester:${KEY_DIGEST}`;
const LINE = '4\r\na,1\n\r\n';
const END = '0\r\n\r\n';

let stub: Stub;
let gateway: RunningGateway;
let answer: RequestListener;
let received = '';
/** Whether the service has noticed that the upload ended early. */
let isCut = false;
beforeEach(async () => {
  [received, isCut] = ['', false];
  answer = (_request, response) => sendJson(response, 200, {});
  writeFileSync(keysFile, BOTH);
  stub = await startStub((request, response) => {
    if (request.method === 'GET') return sendJson(response, 200, {});
    request.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    request.on('end', () => answer(request, response)).on('close', () => (isCut = !request.complete));
  });
  gateway = await startGateway({ replicas: [stub], keysFile, limits: { uploadCallerCheckMs: 1 } });
});
afterEach(stopAll);
afterAll(() => rmSync(folder, { recursive: true }));

/** Begins an upload. @returns once the service has its first line */
async function upload(): Promise<RawConnection> {
  const head = `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: text/csv`;
  const connection = new RawConnection(gateway.port).send(`${head}\r\ntransfer-encoding: chunked\r\n\r\n${LINE}`);
  await until(() => received === 'a,1\n', 'the service has the first line');
  return connection;
}

const statusOfCall = async () => (await gateway.call('GET', '/api/customers')).status;

it.each([
  ['is revoked', OTHERS, 401, '"unauthenticated"'],
  ['loses its scope', `tester:${KEY_DIGEST}::customers:read`, 403, '"forbidden"'],
])('an upload whose key %s ends at its caller and at the service', async (_what, keys, status, code) => {
  const connection = await upload();
  writeFileSync(keysFile, keys);
  expect(await connection.status()).toBe(status);
  await until(() => connection.received.includes(code), 'the problem arrives');
  await until(() => isCut, 'the service knows that no more comes');
  expect(received).toBe('a,1\n');
  await until(async () => (await gateway.metric('gateway_uploads_under_way')) === 0, 'its place is free');
});

it('an upload whose key stays is not disturbed', async () => {
  const connection = await upload();
  writeFileSync(keysFile, `tester:${KEY_DIGEST}`);
  for (let n = 0; n < 20; n += 1) expect(await statusOfCall()).toBe(200);
  expect(await connection.send(LINE + END).status()).toBe(200);
});

it('an upload that has arrived before its key is revoked is carried out', async () => {
  let finish = () => {};
  answer = (_request, response) => {
    finish = () => sendJson(response, 201, {});
  };
  const connection = (await upload()).send(END);
  await until(() => stub.requests[0]?.complete === true, 'all of it has arrived');
  writeFileSync(keysFile, OTHERS);
  await until(async () => (await statusOfCall()) === 401, 'the key is revoked');
  for (let n = 0; n < 20; n += 1) expect(await statusOfCall()).toBe(401);
  finish();
  expect(await connection.status()).toBe(201);
});
