import {
  answerJson,
  expectUnavailable,
  KEY,
  OTHER_KEY,
  RawConnection,
  startGateway,
  startStub,
  stopAll,
  TWO_KEYS,
  until,
} from './support.ts';

afterEach(stopAll);

const MIB = 1024 * 1024;

it('an answer of any length is passed on completely', async () => {
  const body = { results: ['x'.repeat(8 * MIB)] };
  const stub = await startStub(answerJson(200, body));
  const gateway = await startGateway({ replicas: [stub] });
  expect(await (await gateway.call('GET', '/api/payments')).json()).toEqual(body);
  expect(stub.requests).toHaveLength(1);
});

it('an upload that the service stops reading is a 503', async () => {
  const stub = await startStub(() => {});
  const gateway = await startGateway({ replicas: [stub], limits: { uploadStallTimeoutMs: 500 } });
  const connection = new RawConnection(gateway.port).send(
    `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: text/csv\r\n` +
      `content-length: ${64 * MIB}\r\n\r\n${'x'.repeat(32 * MIB)}`,
  );
  expect(await connection.status()).toBe(503);
  expect(connection.received).toContain('customers took too long');
});

it("an answer beyond the connection's limit is requested once, and reported as such", async () => {
  const stub = await startStub((_request, response) => void response.end('x'.repeat(64 * MIB)));
  const gateway = await startGateway({ replicas: [stub] });
  const answer = await gateway.call('GET', '/api/payments');
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ detail: 'the answer is too long: request fewer rows with limit' }),
  ]);
  expect([stub.requests.length, await gateway.metric('gateway_replicas_ready')]).toEqual([1, 3]);
});

it('answers that a caller does not read have a common limit, which does not affect other callers', async () => {
  const stub = await startStub(answerJson(200, { results: ['x'.repeat(8 * MIB)] }));
  const gateway = await startGateway({ replicas: [stub], keys: TWO_KEYS, limits: { answerBytesMax: 24 * MIB } });
  const head = `GET /api/payments HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`;
  const unread = new RawConnection(gateway.port);
  unread.socket.pause();
  unread.send(head);
  await until(async () => (await gateway.metric('gateway_answer_bytes')) > 8 * MIB, 'it waits to be read');
  const refused = await gateway.call('GET', '/api/payments');
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ detail: 'too many large answers are under way' }),
  ]);
  const headers = { authorization: `Bearer ${OTHER_KEY}` };
  const others = await gateway.call('GET', '/api/payments', { headers });
  expect([others.status, (await others.json()) as object]).toEqual([200, { results: [expect.any(String)] }]);
  unread.socket.destroy();
  await until(async () => (await gateway.metric('gateway_answer_bytes')) === 0, 'it is forgotten');
  const next = await gateway.call('GET', '/api/payments');
  await next.arrayBuffer(); // an answer that is not read keeps its connection open
  expect(next.status).toBe(200);
});

it('an answer to a write arrives though there is no space for it, which reads are refused for', async () => {
  const body = { results: ['x'.repeat(8 * MIB)] };
  const stub = await startStub(answerJson(201, body));
  const gateway = await startGateway({ replicas: [stub], limits: { answerBytesMax: 1 } });
  await expectUnavailable(await gateway.call('GET', '/api/payments'));
  const write = await gateway.call('POST', '/api/payments');
  expect([write.status, await write.json()]).toEqual([201, body]);
  await until(async () => (await gateway.metric('gateway_answer_bytes')) === 0, 'it is read');
  const unread = new RawConnection(gateway.port);
  unread.socket.pause();
  unread.send(`POST /api/payments HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 0\r\n\r\n`);
  await until(async () => (await gateway.metric('gateway_answer_bytes')) > 8 * MIB, 'it waits to be read');
  unread.socket.destroy();
  await until(async () => (await gateway.metric('gateway_answer_bytes')) === 0, 'it is forgotten');
});

it('uploads of one caller have a common limit, which does not affect other callers', async () => {
  const gateway = await startGateway({ keys: TWO_KEYS, limits: { uploadsMax: 4 } });
  const head = `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: text/csv\r\ncontent-length: 9\r\n\r\n`;
  const slow = [1, 2].map(() => new RawConnection(gateway.port).send(`${head}a`));
  await until(async () => (await gateway.metric('gateway_uploads_under_way')) === 2, 'two are under way');
  const refused = await gateway.call('POST', '/api/customers/bulk', { body: 'a,1' });
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ detail: 'too many uploads to customers are under way' }),
  ]);
  const headers = { authorization: `Bearer ${OTHER_KEY}` };
  expect((await gateway.call('POST', '/api/customers/bulk', { body: 'a,1', headers })).status).toBe(200);
  for (const { socket } of slow) socket.destroy();
  await until(async () => (await gateway.metric('gateway_uploads_under_way')) === 0, 'they are forgotten');
  expect((await gateway.call('POST', '/api/customers/bulk', { body: 'a,1' })).status).toBe(200);
});
