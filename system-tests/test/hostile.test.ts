/** Broken, slow and malicious callers: each gets the documented answer, and others are not affected. */

import { differences, query } from '@mo/agreement';
import { problem } from '@mo/contracts';
import { apiUrlOf, type Caller, certifiedAs } from '../src/certified.ts';
import { processesOf } from '../src/overload/processes.ts';
import { RawConnection } from '../src/raw-connection.ts';
import type { Service } from '../src/replacing.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { expectStatus, nameOf } from '../src/world.ts';

const MIB = 1024 * 1024;
const IDLE_CONNECTIONS = Number(process.env.MO_IDLE_CONNECTIONS ?? 10_000);
/** Other addresses of this machine than that of the other callers; one may hold only half of the places. */
const INTRUDERS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
/** The largest acceptable growth of a process through hostile callers; a leak of their data would be far larger. */
const GROWTH_MIB_MAX = 150;

describe('hostile callers', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.stop());

  const gateway = () => system.stack.url;
  const to = (url: string) => new RawConnection(url);
  /** Direct connections to a service. */
  const toService = (service: Service, caller: Caller) =>
    new RawConnection(apiUrlOf(system.stack, service), certifiedAs(caller, system.stack, service));
  const head = (method: string, path: string, ...headers: string[]) =>
    [`${method} ${path} HTTP/1.1`, 'host: x', `x-api-key: ${system.stack.apiKey}`, ...headers, '', ''].join('\r\n');
  const post = (path: string, body: string | Buffer, ...headers: string[]) =>
    Buffer.concat([
      Buffer.from(
        head('POST', path, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, ...headers),
      ),
      Buffer.from(body),
    ]);
  const goesOn = async () => expectStatus(await system.world.loan((await system.world.customer('10')).id, '1'), 201);

  async function expectProblem(connection: RawConnection, status: number, code: string): Promise<void> {
    const answer = await connection.answer();
    expect([answer.status, problem.parse(JSON.parse(answer.body)).code]).toEqual([status, code]);
    expect(answer.head).toContain('application/problem+json');
    connection.socket.destroy();
  }
  async function residentMib(name: string): Promise<number> {
    const text = await (await fetch(`${processesOf(system.stack.stack()).get(name)}/metrics`)).text();
    return Number(/^process_resident_memory_bytes\S* (\S+)/m.exec(text)?.[1]) / MIB;
  }

  const twoReaders: [string, string][] = [
    ['both Content-Length and Transfer-Encoding', 'content-length: 5\r\ntransfer-encoding: chunked'],
    ['two lengths', 'content-length: 5\r\ncontent-length: 6'],
    ['a coding before chunked', 'transfer-encoding: gzip, chunked'],
    ['a coding that is not chunked', 'transfer-encoding: xchunked'],
    ['a negative length', 'content-length: -1'],
    ['a broken header line', 'x y: z'],
  ];
  it.each(twoReaders)('a request with %s is a 400, and its connection ends', async (_name, header) => {
    const { customers } = system.stack.stack();
    for (const open of [() => to(gateway()), () => to(customers.url), () => toService('customers', 'gateway')]) {
      const connection = open()
        .send(head('POST', '/api/customers', header))
        .send('0\r\n\r\nGET /livez HTTP/1.1\r\n\r\n');
      const answer = await connection.answer();
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'invalid_request']);
      await connection.closed();
      expect(await connection.answers(1)).toHaveLength(1);
    }
  });

  it('a request that Node.js would answer itself, or wrongly accept, gets a problem', async () => {
    await expectProblem(to(gateway()).send('GET /api/loans HTTP/1.1\r\n\r\n'), 400, 'invalid_request');
    await expectProblem(to(gateway()).send(head('GET', '/api/loans', 'host: y')), 400, 'invalid_request');
    await expectProblem(to(gateway()).send(head('CONNECT', 'evil.example:443')), 405, 'method_not_allowed');
    const odd = post('/api/loans', '{}', 'expect: 200-ok', 'idempotency-key: odd');
    await expectProblem(to(gateway()).send(odd), 400, 'invalid_request');
  });

  it('a body of 100 MB gets a 413 that reaches its sender, with Expect, without it, or without a length', async () => {
    const asks = to(gateway()).send(head('POST', '/api/loans', `content-length: ${100 * MIB}`, 'expect: 100-continue'));
    await expectProblem(asks, 413, 'payload_too_large');
    for (const framing of [`content-length: ${100 * MIB}`, 'transfer-encoding: chunked']) {
      const isChunked = framing.startsWith('transfer');
      const piece = Buffer.alloc(MIB, ' ');
      const connection = to(gateway()).send(head('POST', '/api/loans', 'content-type: application/json', framing));
      for (let sent = 0; sent < 100 && !connection.isClosed; sent += 1) {
        if (isChunked) connection.send(`${MIB.toString(16)}\r\n`);
        await new Promise<void>((resolve) => connection.socket.write(piece, () => resolve()));
        if (isChunked) connection.send('\r\n');
      }
      await expectProblem(connection, 413, 'payload_too_large');
    }
    await expectProblem(
      toService('loans', 'gateway').send(
        head('POST', '/api/loans', 'content-type: application/json', `content-length: ${100 * MIB}`),
      ),
      413,
      'payload_too_large',
    );
  });

  it('a request with Expect gets 100 Continue if its body is accepted', async () => {
    const name = nameOf('asks');
    const body = JSON.stringify({ external_id: name, score: '1' });
    const [requestHead = ''] = post('/api/customers', body, 'expect: 100-continue').toString().split('{');
    const connection = to(gateway()).send(requestHead);
    let isTold = false;
    connection.socket.once('data', (text) => {
      isTold = String(text).startsWith('HTTP/1.1 100');
    });
    await waitFor(() => Promise.resolve(isTold));
    expect((await connection.send(body).answer()).status).toBe(201);
    connection.socket.destroy();
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const bodies: [string, () => string | Buffer][] = [
    ['nested 400,000 deep', () => nested(400_000)],
    // Each depth exhausts the stack of a different recursion.
    ...[100, 1_000, 3_000, 6_000, 20_000].map((depth): [string, () => string] => [
      `with a member nested ${depth} deep`,
      () => `{"external_id":"x","score":"1","preapproved_at":${nested(depth)}}`,
    ]),
    [
      'of 50,000 members',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, 1]))),
    ],
    ['with a number of 500,000 digits', () => `{"external_id":"x","score":${'9'.repeat(500_000)}}`],
    ['that is not UTF-8', () => Buffer.from('{"external_id":"\xff\xfe","score":"1"}', 'latin1')],
    ['with a NUL', () => '{"external_id":"a\\u0000b","score":"1"}'],
    ['with a lone surrogate', () => '{"external_id":"a\\ud800b","score":"1"}'],
    ['with __proto__', () => '{"__proto__":{"external_id":"x"},"external_id":"y","score":"1"}'],
  ];
  it.each(bodies)('a body %s is a 400, with a key and without', async (_name, body) => {
    for (const key of [[], [`idempotency-key: ${nameOf('key')}`]])
      await expectProblem(to(gateway()).send(post('/api/customers', body(), ...key)), 400, 'invalid_request');
  });

  it('a body in an unsupported encoding is a 415', async () => {
    const gzipped = post('/api/customers', '{}', 'content-encoding: gzip');
    await expectProblem(to(gateway()).send(gzipped), 415, 'unsupported_media_type');
  });

  it('endless headers, and thousands of query parameters, are a 400', async () => {
    const flood = to(gateway()).send(head('GET', '/api/loans').slice(0, -2));
    for (let n = 0; n < 1_000 && !flood.isClosed; n += 1) flood.send(`x-${n}: ${'y'.repeat(100)}\r\n`);
    await expectProblem(flood, 400, 'invalid_request');
    const parameters = Array.from({ length: 1_500 }, (_, n) => `p${n}=1`).join('&');
    await expectProblem(to(gateway()).send(head('GET', `/api/loans?${parameters}`)), 400, 'invalid_request');
  });

  it('many pipelined requests on one connection are answered in order', async () => {
    const paths = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? '/api/nothing' : '/api/loans?limit=1'));
    const connection = to(gateway()).send(paths.map((path) => head('GET', path)).join(''));
    const answers = await connection.answers(paths.length);
    const isMissing = answers.map(({ status }) => status === 404);
    expect(isMissing).toEqual(paths.map((path) => path === '/api/nothing'));
    expect(answers.every(({ status }) => [200, 404, 503].includes(status))).toBe(true);
    connection.socket.destroy();
  });

  it('HTTP/1.0 and a target in absolute form are served', async () => {
    const old = to(gateway()).send(head('GET', '/api/loans?limit=1').replace('HTTP/1.1', 'HTTP/1.0'));
    expect((await old.answer()).status).toBe(200);
    await old.closed();
    const absolute = to(gateway()).send(head('GET', 'http://elsewhere.example/api/loans?limit=1'));
    expect((await absolute.answer()).status).toBe(200);
    absolute.socket.destroy();
  });

  it('thousands of wrong keys are a 401 each, and are not cached', async () => {
    const before = await residentMib('gateway');
    const keys = 5_000;
    const one = ['GET /api/loans HTTP/1.1', 'host: x'].join('\r\n');
    const connection = to(gateway());
    for (let n = 0; n < keys; n += 1)
      connection.send(`${one}\r\nx-api-key: ${nameOf('wrong')}-${'k'.repeat(1_000)}\r\n\r\n`);
    const answers = await connection.answers(keys);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    connection.socket.destroy();
    expect((await residentMib('gateway')) - before).toBeLessThan(GROWTH_MIB_MAX);
  });

  it('an upload that stops half-way keeps its first lines, is released, and when repeated counts them as created', async () => {
    const prefix = nameOf('cut');
    const lines = Array.from({ length: 6_000 }, (_, n) => `${prefix}-${n},1\n`);
    const key = `idempotency-key: ${prefix}`;
    const created = async () => {
      const text = 'SELECT count(*) FROM customers WHERE external_id LIKE $1';
      const [row] = await query<{ count: string }>(system.stack.stack(), 'customers', text, [`${prefix}-%`]);
      return Number(row?.count);
    };
    const upload = (rest: string) => head('POST', '/api/customers/bulk', 'content-type: text/csv', key, rest);
    const cut = to(gateway()).send(upload('content-length: 10000000')).send(lines.slice(0, 5_000).join(''));
    await waitFor(async () => (await created()) > 0);
    cut.socket.destroy();
    await waitFor(async () => {
      const text = await (await fetch(`${gateway()}/metrics`)).text();
      return /^gateway_uploads_under_way\{[^}]*customers[^}]*\} 0$/m.test(text);
    });
    expect(await created()).toBeLessThanOrEqual(5_000);
    const whole = lines.join('');
    const again = to(gateway())
      .send(upload(`content-length: ${Buffer.byteLength(whole)}`))
      .send(whole);
    const { status, body } = await again.answer();
    expect([status, JSON.parse(body)]).toMatchObject([200, { received: 6_000, created: 6_000, failed: 0 }]);
    expect(await created()).toBe(6_000);
    again.socket.destroy();
  });

  it('ten thousand idle connections, slow senders and slow readers do not affect other callers', async () => {
    const before = await residentMib('gateway');
    const refused = async () => {
      const text = await (await fetch(`${gateway()}/metrics`)).text();
      return Number(/^gateway_callers_refused_total\S* (\d+)$/m.exec(text)?.[1]);
    };
    const refusedBefore = await refused();
    const [one, other, third] = INTRUDERS;
    const from = (address: string = third) => new RawConnection(gateway(), undefined, address);
    const idle: RawConnection[] = [];
    const open = () =>
      new Promise<void>((resolve) => {
        const connection = from(idle.length % 2 === 0 ? one : other);
        idle.push(connection);
        connection.socket.once('connect', resolve).once('error', () => resolve());
      });
    for (let n = 0; n < IDLE_CONNECTIONS; n += 200) await Promise.all(Array.from({ length: 200 }, open));
    const slow = [
      ...Array.from({ length: 50 }, () => from().send('GET /api/loans HT')),
      ...Array.from({ length: 50 }, () =>
        from()
          .send(head('POST', '/api/loans', 'content-length: 1000'))
          .send('{'),
      ),
      ...Array.from({ length: 20 }, () =>
        from()
          .send(head('POST', '/api/customers/bulk', 'content-type: text/csv', 'content-length: 1000'))
          .send('a'),
      ),
    ];
    const drip = setInterval(() => {
      for (const connection of slow) connection.send(' ');
    }, 1_000);
    const readers = Array.from({ length: 20 }, () => from());
    for (const reader of readers) {
      reader.socket.pause();
      reader.send(head('GET', '/api/customers?limit=200').repeat(100));
    }
    for (let n = 0; n < 10; n += 1) await goesOn();
    expect(await refused()).toBe(refusedBefore);
    expect((await system.api.raw({ method: 'GET', path: '/readyz' })).statusCode).toBe(200);
    expect((await residentMib('gateway')) - before).toBeLessThan(3 * GROWTH_MIB_MAX);
    clearInterval(drip);
    for (const connection of [...idle, ...slow, ...readers]) connection.socket.destroy();
    await goesOn();
  }, 180_000);

  it("a service's internal endpoints limit the size of requests, and stay responsive under them", async () => {
    const pull = (count: number) =>
      post(
        '/internal/streams/customers/pull',
        JSON.stringify({ wants: Array(count).fill({ customer_id: 1, after: 0 }) }),
      );
    await expectProblem(toService('customers', 'loans').send(pull(201)), 400, 'invalid_request');
    await expectProblem(toService('customers', 'loans').send(pull(100_000)), 413, 'payload_too_large');
    for (const asked of ['external_id=a%00b', `external_id=${'a'.repeat(61)}`, 'customer_id=1.5', 'after=-1'])
      await expectProblem(
        toService('customers', 'loans').send(head('GET', `/internal/streams/customers?${asked}`)),
        400,
        'invalid_request',
      );
    const far = post('/internal/streams/customers/settle', '{"customer_id":1,"version":999999}');
    expect((await toService('loans', 'customers').send(far).answer()).status).toBe(200);

    const floods = Array.from({ length: 20 }, () =>
      toService('customers', 'loans').send(Buffer.concat(Array(20).fill(pull(200)))),
    );
    const { id } = await system.world.customer('10');
    expect((await system.world.loan(id, '11')).body.code).toBe('credit_limit_exceeded');
    for (const flood of floods) {
      const answers = await flood.answers(20);
      expect(
        answers.every(({ status, head: answerHead }) => status === 200 || answerHead.includes('retry-after')),
      ).toBe(true);
      flood.socket.destroy();
    }
  });

  it('afterwards the databases agree', async () => {
    await waitFor(async () => (await differences(system.stack.stack())).length === 0);
  });
});
