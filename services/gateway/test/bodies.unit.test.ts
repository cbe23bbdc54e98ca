import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Problem } from '@mo/contracts';
import {
  KEY,
  OTHER_KEY,
  RawConnection,
  type RunningGateway,
  type Stub,
  sendJson,
  startGateway,
  startStub,
  stopAll,
  TWO_KEYS,
  until,
} from './support.ts';

const MIB = 1024 * 1024;
const CALL_MS = 200;
const uploadHead = (rest: string) =>
  `POST /api/customers/bulk HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: text/csv\r\n${rest}\r\n\r\n`;
const loanHead = (rest: string) =>
  `POST /api/loans HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\n${rest}\r\n\r\n`;

let stub: Stub;
/** The first waits longer than any machine stands still; the other one waits for no slow caller. */
let gateway: RunningGateway;
let hasty: RunningGateway;
let answer: RequestListener;

beforeAll(async () => {
  stub = await startStub((request, response) => answer(request, response));
  gateway = await startGateway({ replicas: [stub], keys: TWO_KEYS, limits: { keptBytesMax: 8 * MIB } });
  hasty = await startGateway({ replicas: [stub], limits: { callTimeoutMs: CALL_MS, lingerTimeoutMs: 200 } });
});
beforeEach(() => {
  stub.requests.splice(0);
  answer = (request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    request.on('end', () => sendJson(response, 200, { bytes, digest: hash.digest('hex') }));
  };
});
afterAll(stopAll);

const nothingUnderWay = () =>
  until(async () => {
    const names = ['gateway_calls_under_way', 'gateway_uploads_under_way', 'gateway_body_bytes'];
    const places = await Promise.all([gateway, hasty].flatMap((one) => names.map((name) => one.metric(name))));
    return places.every((taken) => taken === 0);
  }, 'nothing is under way');
afterEach(nothingUnderWay);

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(size, n);
}

describe('a JSON body', () => {
  it('of 1 MiB passes unchanged, with a length or in chunks', async () => {
    const body = Buffer.alloc(MIB, 'x');
    const expected = { bytes: MIB, digest: createHash('sha256').update(body).digest('hex') };
    const whole = await gateway.call('POST', '/api/loans', { body });
    expect([whole.status, await whole.json()]).toEqual([200, expected]);
    const stream = ReadableStream.from([body.subarray(0, 1000), body.subarray(1000)]);
    const chunked = await gateway.call('POST', '/api/loans', { body: stream });
    expect([chunked.status, await chunked.json()]).toEqual([200, expected]);
  });

  it('may be absent', async () => {
    expect(await (await gateway.call('POST', '/api/loans/1/activate')).json()).toMatchObject({ bytes: 0 });
    expect(stub.requests[0]?.headers['content-length']).toBe('0');
  });

  it('whose content-length is over 1 MiB is a 413 before any of it is read', async () => {
    const connection = new RawConnection(gateway.port).send(loanHead(`content-length: ${MIB + 1}`));
    expect(await connection.status()).toBe(413);
    expect(connection.received).toContain('"code":"payload_too_large"');
    expect(stub.requests).toEqual([]);
    connection.socket.destroy();
  });

  it('that turns out to be over 1 MiB is a 413, and the service never receives it', async () => {
    const got = await gateway.call('POST', '/api/loans', { body: ReadableStream.from(chunks(65, MIB / 64)) });
    expect([got.status, ((await got.json()) as Problem).code]).toEqual([413, 'payload_too_large']);
    expect(stub.requests).toEqual([]);
  });

  it('far over the limit gets its answer even if it is sent to its end', async () => {
    const got = await gateway.call('POST', '/api/payments', { body: Buffer.alloc(30 * MIB) });
    expect(got.status).toBe(413);
  });

  it('that arrives too slowly is a 408, and the connection ends', async () => {
    const connection = new RawConnection(hasty.port).send(`${loanHead('content-length: 10')}{`);
    expect(await connection.status()).toBe(408);
    expect(connection.received).toContain('"code":"request_timeout"');
    await until(() => connection.closed, 'the connection is closed');
    expect(stub.requests).toEqual([]);
  });

  it("is refused with 503 while too many large ones of its caller are in flight, unlike other callers' bodies", async () => {
    const connections = Array.from({ length: 4 }, () =>
      new RawConnection(gateway.port).send(`${loanHead(`content-length: ${MIB}`)}${'x'.repeat(MIB - 1)}`),
    );
    await until(async () => (await gateway.metric('gateway_body_bytes')) === 4 * (MIB - 1), 'four are arriving');
    const one = new RawConnection(gateway.port).send(`${loanHead(`content-length: ${MIB}`)}${'x'.repeat(MIB - 1)}`);
    const statuses = () => [...connections, one].map(({ received }) => received.slice(9, 12));
    await until(() => statuses().includes('503'), 'one of them is refused');
    const headers = { authorization: `Bearer ${OTHER_KEY}` };
    expect((await gateway.call('POST', '/api/loans', { body: Buffer.alloc(MIB), headers })).status).toBe(200);
    for (const { socket } of [...connections, one]) socket.destroy();
    await nothingUnderWay();
    expect((await gateway.call('POST', '/api/loans', { body: Buffer.alloc(MIB) })).status).toBe(200);
  });

  it('whose caller leaves half-way is released', async () => {
    const connection = new RawConnection(gateway.port).send(`${loanHead('content-length: 10')}{`);
    await until(async () => (await gateway.metric('gateway_body_bytes')) === 1, 'it is arriving');
    connection.socket.destroy();
    await nothingUnderWay();
    expect(stub.requests).toEqual([]);
  });
});

describe('an upload', () => {
  it('reaches the service while it is still being sent', async () => {
    const got: string[] = [];
    answer = (request, response) => {
      request.setEncoding('latin1').on('data', (text: string) => got.push(text));
      request.on('end', () => sendJson(response, 200, {}));
    };
    const connection = new RawConnection(gateway.port).send(
      `${uploadHead('transfer-encoding: chunked')}5\r\nfirst\r\n`,
    );
    await until(() => got.join('') === 'first', 'the service has the first chunk');
    connection.send('4\r\nlast\r\n0\r\n\r\n');
    expect(await connection.status()).toBe(200);
    expect(got.join('')).toBe('firstlast');
    connection.socket.destroy();
  });

  it('passes unchanged', async () => {
    const expected = createHash('sha256');
    for await (const chunk of chunks(32, MIB)) expected.update(chunk);
    const got = await gateway.call('POST', '/api/customers/bulk', { body: ReadableStream.from(chunks(32, MIB)) });
    expect(await got.json()).toEqual({ bytes: 32 * MIB, digest: expected.digest('hex') });
  });

  /** Sends an upload in parts as fast as it is taken, and tells how many parts were. */
  function sendParts(connection: RawConnection, count: number): { taken: () => number } {
    let taken = 0;
    const next = () => {
      taken += 1;
      if (taken < count) connection.socket.write(Buffer.alloc(MIB), next);
    };
    connection.socket.write(Buffer.alloc(MIB), next);
    return { taken: () => taken };
  }

  /** Waits until nothing more was taken for a hundred looks in a row. */
  async function stalled(taken: () => number): Promise<void> {
    let [last, looks] = [0, 0];
    await until(() => {
      looks = taken() === last ? looks + 1 : 0;
      last = taken();
      return looks === 100;
    }, 'nothing more is taken');
  }

  it('is read no faster than the service reads it', async () => {
    let goOn = () => {};
    answer = (request, response) => {
      goOn = () => void request.resume().on('end', () => sendJson(response, 200, {}));
    };
    const connection = new RawConnection(gateway.port).send(uploadHead(`content-length: ${64 * MIB}`));
    const { taken } = sendParts(connection, 64);
    await stalled(taken);
    expect(taken()).toBeLessThan(32);
    goOn();
    expect(await connection.status()).toBe(200);
    expect(taken()).toBe(64);
    connection.socket.destroy();
  });

  it('that the service answers without reading it still reaches its end', async () => {
    let giveUp = () => {};
    answer = (_request, response) => {
      giveUp = () => sendJson(response, 415, { code: 'unsupported_media_type' });
    };
    const connection = new RawConnection(gateway.port).send(uploadHead(`content-length: ${40 * MIB}`));
    const { taken } = sendParts(connection, 40);
    await stalled(taken);
    giveUp();
    expect(await connection.status()).toBe(415);
    await until(() => taken() === 40, 'all of it is taken');
    connection.send(`GET /livez HTTP/1.1\r\nhost: x\r\n\r\n`);
    await until(() => connection.received.includes('"alive"'), 'the connection goes on');
    connection.socket.destroy();
  });

  it("passes on the caller's length, or chunks without one", async () => {
    await gateway.call('POST', '/api/customers/bulk', { body: 'a,1\n' });
    await gateway.call('POST', '/api/customers/bulk', { body: ReadableStream.from(chunks(2, 10)) });
    expect(stub.requests.map(({ headers }) => [headers['content-length'], headers['transfer-encoding']])).toEqual([
      ['4', undefined],
      [undefined, 'chunked'],
    ]);
  });

  it('that the service answers before its end is answered at once, and the rest is dropped', async () => {
    // By then the gateway has read what came: a connection that ends with something unread is reset.
    let bytes = 0;
    answer = (request, response) =>
      request.on('data', ({ length }: Buffer) => {
        bytes += length;
        if (bytes === MIB) sendJson(response, 415, { code: 'unsupported_media_type' });
      });
    const head = uploadHead(`content-length: ${100 * MIB}`);
    const connection = new RawConnection(hasty.port).send(`${head}${'a'.repeat(MIB)}`);
    expect(await connection.status()).toBe(415);
    expect(connection.received).toContain('"unsupported_media_type"');
    await until(() => connection.closed, 'the connection is closed, as the body never ends');
  });

  it('that the service answers early is answered to a caller who sends all before reading', async () => {
    answer = (_request, response) => sendJson(response, 415, { code: 'unsupported_media_type' });
    const got = await gateway.call('POST', '/api/customers/bulk', { body: Buffer.alloc(30 * MIB) });
    expect(got.status).toBe(415);
  });

  it('that its caller aborts ends at the service too', async () => {
    let aborted = false;
    answer = (request) => request.resume().on('error', () => (aborted = true));
    const connection = new RawConnection(gateway.port).send(
      `${uploadHead('transfer-encoding: chunked')}5\r\nfirst\r\n`,
    );
    await until(() => stub.requests.length === 1, 'it has begun');
    connection.socket.destroy();
    await until(() => aborted, 'the service sees the end');
    expect(await gateway.metric('gateway_replicas_ready')).toBe(3);
  });

  it('may last longer than any call', async () => {
    const connection = new RawConnection(hasty.port).send(uploadHead('transfer-encoding: chunked'));
    for (const endMs = Date.now() + 2 * CALL_MS; Date.now() < endMs; ) {
      const before = stub.requests[0]?.socket.bytesRead ?? 0;
      connection.send('1\r\na\r\n');
      await until(() => (stub.requests[0]?.socket.bytesRead ?? 0) > before, 'it arrives');
    }
    expect(connection.received).toBe('');
    expect(await connection.send('0\r\n\r\n').status()).toBe(200);
    connection.socket.destroy();
  });

  it('is a 408 after a long pause', async () => {
    const limits = { uploadIdleTimeoutMs: 200, lingerTimeoutMs: 200 };
    const { port } = await startGateway({ replicas: [stub], limits });
    const connection = new RawConnection(port).send(uploadHead('transfer-encoding: chunked'));
    expect(await connection.status()).toBe(408);
    await until(() => connection.closed, 'the connection is closed');
  });

  it('that becomes invalid HTTP half-way is a 400 problem, and ends at the service too', async () => {
    let aborted = false;
    answer = (request) => request.resume().on('error', () => (aborted = true));
    const connection = new RawConnection(gateway.port).send(
      `${uploadHead('transfer-encoding: chunked')}5\r\nfirst\r\n`,
    );
    await until(() => stub.requests.length === 1, 'it has begun');
    connection.send('nonsense\r\n');
    expect(await connection.status()).toBe(400);
    await until(() => aborted, 'the service sees the end');
  });
});

describe('a caller who disconnects', () => {
  it('cancels the requests that it has pipelined behind another', async () => {
    let closed = 0;
    answer = (_request, response) => response.on('close', () => (closed += 1));
    const connection = new RawConnection(gateway.port).send(`${loanHead('content-length: 2')}{}`.repeat(3));
    await until(() => stub.requests.length === 3, 'the service has them');
    connection.socket.destroy();
    await until(() => closed === 3, 'the service sees that nobody waits');
  });

  it('cancels the request at the service', async () => {
    let closed = false;
    answer = (_request, response) => response.on('close', () => (closed = true));
    const connection = new RawConnection(gateway.port).send(`${loanHead('content-length: 2')}{}`);
    await until(() => stub.requests.length === 1, 'the service has it');
    connection.socket.destroy();
    await until(() => closed, 'the service sees that nobody waits');
    expect(await gateway.metric('gateway_replicas_ready')).toBe(3);
  });
});
