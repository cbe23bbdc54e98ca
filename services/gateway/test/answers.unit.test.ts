import { answerJson, KEY, RawConnection, startGateway, startStub, stopAll, until } from './support.ts';

afterEach(stopAll);

const MIB = 1024 * 1024;

it('an answer is passed on whole, however long a page is', async () => {
  const body = { results: ['x'.repeat(8 * MIB)] };
  const stub = await startStub(answerJson(200, body));
  const gateway = await startGateway({ replicas: [stub] });
  expect(await (await gateway.call('GET', '/api/payments')).json()).toEqual(body);
  expect(stub.requests).toHaveLength(1);
});

it('an upload of which the service takes nothing any more is a 503', async () => {
  const stub = await startStub(() => {});
  const gateway = await startGateway({ replicas: [stub], limits: { uploadStallTimeoutMs: 500 } });
  const connection = new RawConnection(gateway.port).send(
    `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: text/csv\r\n` +
      `content-length: ${64 * MIB}\r\n\r\n${'x'.repeat(32 * MIB)}`,
  );
  expect(await connection.status()).toBe(503);
  expect(connection.received).toContain('customers took too long');
});

it('an answer that is longer than the way to the service carries is asked for once, and told so', async () => {
  const stub = await startStub((_request, response) => void response.end('x'.repeat(64 * MIB)));
  const gateway = await startGateway({ replicas: [stub] });
  const answer = await gateway.call('GET', '/api/payments');
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ detail: 'the answer is too long: ask for fewer rows by limit' }),
  ]);
  expect([stub.requests.length, await gateway.metric('gateway_replicas_ready')]).toEqual([1, 3]);
});

it('answers that nobody reads are bounded together', async () => {
  const stub = await startStub(answerJson(200, { results: ['x'.repeat(8 * MIB)] }));
  const gateway = await startGateway({ replicas: [stub], limits: { answerBytesMax: 12 * MIB } });
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
  unread.socket.destroy();
  await until(async () => (await gateway.metric('gateway_answer_bytes')) === 0, 'it is forgotten');
  expect((await gateway.call('GET', '/api/payments')).status).toBe(200);
});
