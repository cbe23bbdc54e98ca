/** The line of a request says who made it, and from where. */
import { hash } from 'node:crypto';
import { KEY, KEY_DIGEST, RawConnection, requestLog, startGateway, startStub, stopAll, until } from './support.ts';

afterEach(stopAll);

const ADDRESS = '127.0.0.1';
const keys = `tester:${KEY_DIGEST}\nreader:${hash('sha256', 'reads')}::loans:read\nslow:${hash('sha256', 'slow')}:0.001`;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

it('the line of a request names its caller, however it ends, and without a caller its address alone', async () => {
  const { logger, lines } = requestLog();
  const gateway = await startGateway({ logger, keys });
  const calls: [string, Record<string, string>][] = [
    ['/api/loans', {}],
    ['/api/customers', bearer('reads')],
    ['/api/loans', bearer('slow')],
    ['/api/loans', bearer('slow')],
    ['/api/keys', {}],
    ['/api/loans', bearer('wrong')],
    ['/nowhere', {}],
  ];
  for (const [path, headers] of calls) await (await gateway.call('GET', path, { headers })).text();
  await new RawConnection(gateway.port).send('GET /api/%zz HTTP/1.1\r\nhost: x\r\n\r\n').status();
  await until(() => lines().length === calls.length + 1, 'all lines are there');
  expect(lines().map(({ status, caller, keyId, address }) => [status, caller, keyId, address])).toEqual([
    [200, 'tester', undefined, ADDRESS],
    [403, 'reader', undefined, ADDRESS],
    [200, 'slow', undefined, ADDRESS],
    [429, 'slow', undefined, ADDRESS],
    [404, 'tester', undefined, ADDRESS],
    [401, undefined, undefined, ADDRESS],
    [404, undefined, undefined, ADDRESS],
    [400, undefined, undefined, ADDRESS],
  ]);
});

it('the line of a request takes the address from trusted proxies only', async () => {
  const addresses = await Promise.all(
    [[], [ADDRESS]].map(async (trustedProxies) => {
      const { logger, lines } = requestLog();
      const gateway = await startGateway({ logger, trustedProxies });
      const headers = { ...bearer('wrong'), 'x-forwarded-for': '203.0.113.7' };
      await (await gateway.call('GET', '/api/loans', { headers })).text();
      await until(() => lines().length === 1, 'the line is there');
      return lines()[0]?.address;
    }),
  );
  expect(addresses).toEqual([ADDRESS, '203.0.113.7']);
});

it('the line of a caller that left before its answer has its address', async () => {
  const { logger, lines } = requestLog();
  const held = await startStub(() => {});
  const gateway = await startGateway({ logger, replicas: [held] });
  const caller = new RawConnection(gateway.port).send(
    `GET /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`,
  );
  await until(() => held.requests.length === 1, 'it is under way');
  caller.socket.destroy();
  await until(() => lines().length === 1, 'the line is there');
  expect(lines()).toEqual([expect.objectContaining({ status: 499, caller: 'tester', address: ADDRESS })]);
});
