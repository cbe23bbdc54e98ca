/** A request to the gateway itself that is answered before its body has come. */
import type { AddressInfo } from 'node:net';
import { createLogger, createRegistry, createServer } from '@mo/service-kit';
import type { Access } from '../src/access/open-access.ts';
import { adminRoutes } from '../src/admin/routes.ts';
import { defaultLimits } from '../src/forward/limits.ts';
import { RawConnection } from './support.ts';

const administrator = { id: 'root', keyId: null, scopes: new Set(['admin'] as const), meter: null };
const access: Access = {
  identify: () => administrator,
  audit: () => {},
  store: null,
  missing: () => null,
  refresh: async () => {},
  stopSteps: [],
};

let end: () => unknown = () => {};
afterEach(() => end());

it('is not answered twice if its body is late', async () => {
  const warnings: string[] = [];
  const app = createServer({
    logger: createLogger('gateway', 'warn', { write: (line) => void warnings.push(line) }),
    registry: createRegistry('gateway'),
    notReady: () => null,
  });
  end = () => {
    app.server.closeAllConnections();
    return app.close();
  };
  adminRoutes(app, access, { ...defaultLimits, callTimeoutMs: 50 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const begin = (type: string) =>
    new RawConnection(port).send(
      `POST /api/keys HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 100\r\n\r\n{`,
    );
  const refused = begin('text/plain');
  expect(await refused.status()).toBe(415);
  // The time of the second is over after that of the first.
  const late = begin('application/json');
  expect(await late.status()).toBe(408);
  expect(warnings).toEqual([]);
});
