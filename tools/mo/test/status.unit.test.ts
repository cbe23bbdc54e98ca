/** `mo status` with stubs for the processes. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { look } from '../src/status/look.ts';

/** Longer than any stall of the machine. */
const TIMEOUT_MS = 60_000;

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) =>
    response.end(
      request.url === '/metrics'
        ? 'mo_build_info{version="1"} 1\nmo_outbox_parked 2\nmo_outbox_entries 1\n'
        : '{"status":"ready"}',
    ),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => server.close());

it('queries every process behind a name, because each reports only its own state', async () => {
  const system = {
    gatewayUrl: `http://127.0.0.1:${port}`,
    processes: { customers: [], loans: [`http://loans:${port}`], payments: [], webhooks: [] },
    databases: null,
    kafka: null,
  };
  const lookup = async (host: string) => (host === 'loans' ? ['127.0.0.1', '127.0.0.2'] : []);
  const { parts } = await look(system, lookup, TIMEOUT_MS);
  expect(parts.map(({ part, state, where }) => [part, state, where])).toEqual([
    ['gateway', 'attention', `http://127.0.0.1:${port}`],
    ['loans', 'attention', `http://127.0.0.1:${port}`],
    ['loans-2', 'not reached', `http://127.0.0.2:${port}`],
  ]);
  expect(parts[0]?.details).toBe('1 unsent event, 2 refused events');
});
