/** How the gateway shares calls out, waits for them, and gives them up. */
import { type Fault, servers, unit } from '../fault.ts';

export const forwarding: readonly Fault[] = [
  {
    id: 'uploads-take-turns',
    file: 'services/gateway/src/forward/replica-set.ts',
    replace: 'replica.busy[lane] < best.busy[lane]',
    by: 'replica.underWay.size < best.underWay.size',
    breaks: 'beside an upload, calls wait for a replica that has no room while another has',
    check: unit('services/gateway/test/replicas'),
  },
  {
    id: 'webhook-made-twice',
    file: 'services/gateway/src/forward/exchange.ts',
    replace: 'isIdempotent(operation) && has(',
    by: 'has(',
    breaks: 'a write with a key is sent again to a service that keeps no keys',
    check: unit('services/gateway/test/attempts'),
  },
  {
    id: 'key-not-passed-on',
    file: 'services/gateway/src/forward/exchange.ts',
    replace: 'has(this.#headers, HEADERS.idempotencyKey)',
    by: 'request.headers[HEADERS.idempotencyKey] !== undefined',
    breaks: 'a write whose key the service never sees is sent again',
    check: unit('services/gateway/test/attempts'),
  },
  {
    id: 'left-unaudited',
    file: 'packages/service-kit/src/request-end.ts',
    replace: "raw.once('close', tell)",
    by: "raw.once('finish', tell)",
    breaks: 'what a caller asked for that left before its answer is in no log',
    check: servers('services/gateway/test/store'),
  },
  {
    id: 'unknown-path-read',
    file: 'packages/service-kit/src/server.ts',
    replace: 'if (request.is404) throw',
    by: "if (request.is404 && request.method === 'GET') throw",
    breaks: 'who has no key makes the server read bodies, for as long as they last',
    check: unit('packages/service-kit/test/server'),
  },
];
