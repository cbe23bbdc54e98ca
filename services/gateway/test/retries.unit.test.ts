import { startGateway, startStub, stopAll } from './support.ts';

afterEach(stopAll);

it('retries stop if failures continue, so that they do not multiply the load', async () => {
  const stub = await startStub((_request, response) => void response.destroy());
  const limits = { retriesSavedMax: 3, retriesPerCall: 0, probeIntervalWhenDownMs: 5 };
  const gateway = await startGateway({ replicas: [stub], limits });
  for (let n = 0; n < 5; n += 1) expect((await gateway.call('GET', '/api/loans/1')).status).toBe(503);
  expect(stub.requests).toHaveLength(5 + 3);
});
