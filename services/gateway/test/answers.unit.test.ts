import { answerJson, KEY, RawConnection, startGateway, startStub, stopAll } from './support.ts';

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
