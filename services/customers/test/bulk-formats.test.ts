import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { waitFor } from '@mo/messaging/testing';
import { CHUNK_LINES_MAX } from '../src/bulk/limits.ts';
import { countOf, countsOf, csvOf, find, formOf, namesOf, openUpload, prefix, upload } from './bulk-harness.ts';
import { type CustomersUnderTest, startCustomers } from './harness.ts';

describe('the formats of a bulk upload', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  it.each([
    ['text/csv; charset=utf-8', (name: string) => `external_id,score\n${name},5\n`],
    ['application/x-ndjson', (name: string) => `${JSON.stringify({ external_id: name, score: '5' })}\n`],
    ['application/json', (name: string) => JSON.stringify([{ external_id: name, score: 5 }], null, 2)],
    ['Application/JSON;charset="UTF-8"', (name: string) => `\ufeff[{"external_id":"${name}","score":5.00}]`],
  ])('reads %s', async (type, fileOf) => {
    const name = prefix();
    expect(countsOf(await upload(customers.app, fileOf(name), { type }))).toEqual({
      status: 200,
      received: 1,
      created: 1,
      failed: 0,
    });
    expect(await find(customers.app, name)).toMatchObject({ score: '5.00' });
  });

  it.each([
    ['its own content type alone', { type: 'text/csv;charset="UTF-8"' }, (name: string) => csvOf([name])],
    ['its own content type', { fileName: 'x', type: 'text/csv' }, (name: string) => csvOf([name])],
    [
      'the ending of its name',
      { fileName: 'A.CSV', type: 'application/vnd.ms-excel' },
      (name: string) => csvOf([name]),
    ],
    ['.ndjson', { fileName: 'a.ndjson' }, (name: string) => `{"external_id":"${name}","score":1}`],
    [
      '.json',
      { fileName: 'a.json', type: 'application/octet-stream' },
      (name: string) => `[{"external_id":"${name}","score":1}]`,
    ],
  ])('reads a form whose file has its format from %s', async (_how, part, fileOf) => {
    const name = prefix();
    const { type, body } = formOf([{ name: 'file', ...part, body: fileOf(name) }]);
    expect(countsOf(await upload(customers.app, body, { type }))).toMatchObject({ status: 200, created: 1 });
    expect(await find(customers.app, name)).toBeDefined();
  });

  it('reads a form of many chunks that arrives in small pieces', async () => {
    const names = namesOf(prefix(), 2 * CHUNK_LINES_MAX + 1);
    const { type, body } = formOf([{ name: 'file', fileName: 'a.csv', body: csvOf(names) }]);
    const pieces = body.join('').match(/.{1,97}/gs) as string[];
    expect(countsOf(await upload(customers.app, pieces, { type }))).toMatchObject({
      status: 200,
      created: names.length,
    });
  });

  it.each([
    ['a form without a file', formOf([]), 400],
    ['a form with another part first', formOf([{ name: 'atomic', body: 'true' }]), 400],
    ['a form with the file in another field', formOf([{ name: 'data', fileName: 'a.csv', body: 'a,1' }]), 400],
    ['a form with a file of an unknown kind', formOf([{ name: 'file', fileName: 'a.xlsx', body: 'a,1' }]), 415],
    [
      'a form with a file of the kind x.constructor',
      formOf([{ name: 'file', fileName: 'x.constructor', body: 'a' }]),
      415,
    ],
    [
      'a form with a part of the type constructor',
      formOf([{ name: 'file', fileName: 'x', type: 'constructor', body: 'a' }]),
      415,
    ],
    ['a form without a boundary', { type: 'multipart/form-data', body: ['x'] }, 400],
    ['a form that is none', { type: 'multipart/form-data; boundary=x', body: ['nothing of the kind'] }, 400],
    ['plain text', { type: 'text/plain', body: ['a,1'] }, 415],
    ['another charset', { type: 'text/csv; charset=latin1', body: ['a,1'] }, 415],
    ['another charset of JSON', { type: 'application/json; charset=utf-16', body: ['[]'] }, 415],
    [
      'a form with a file of another charset',
      formOf([{ name: 'file', fileName: 'a.csv', type: 'text/csv; charset=latin1', body: 'a,1' }]),
      415,
    ],
    [
      'a form with a file of another charset and an unknown type',
      formOf([{ name: 'file', fileName: 'a.csv', type: 'text/x; charset=latin1', body: 'a,1' }]),
      415,
    ],
    ['an object for an array', { type: 'application/json', body: ['{"external_id":"a"}'] }, 400],
    ['a CSV with an unknown column', { type: 'text/csv', body: ['external_id,score,colour\na,1,red\n'] }, 400],
  ])('refuses %s', async (_what, { type, body }, status) => {
    const reply = await upload(customers.app, body, { type });
    expect(reply).toMatchObject({
      status,
      body: { code: status === 400 ? 'invalid_request' : 'unsupported_media_type' },
    });
    expect(reply.headers['content-type']).toContain('application/problem+json');
  });

  it('reports a line that is not an object as an error of the line', async () => {
    const body = ['[1, null, ["a"]]'];
    const { errors } = (await upload(customers.app, body, { type: 'application/json' })).body;
    expect(errors).toEqual(
      [1, 2, 3].map((line) => expect.objectContaining({ line, detail: 'must be a JSON object', external_id: null })),
    );
  });

  it('refuses a form that is cut off, and keeps what was committed before', async () => {
    const names = namesOf(prefix(), CHUNK_LINES_MAX + 1);
    const { type, body } = formOf([{ name: 'file', fileName: 'a.csv', body: csvOf(names) }]);
    async function* cutOff() {
      yield body[0] as string;
      await waitFor(async () => (await find(customers.app, names[0] as string)) !== undefined);
    }
    const reply = await upload(customers.app, cutOff(), { type });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(reply.body.detail).toContain('is not a valid form');
    expect(await countOf(customers.app, names)).toBe(CHUNK_LINES_MAX);
    for (const query of ['', '?atomic=true']) {
      const short = await upload(customers.app, [body.join('').slice(0, 120)], { type, query });
      expect(short).toMatchObject({ status: 400, body: { detail: reply.body.detail } });
    }
  });

  it.each(['garbage', 'csv', '', 'text/csv, text/csv', 'text/plain'])(
    'names the types that it reads instead of %j',
    async (type) => {
      const reply = await upload(customers.app, 'a,1', { type });
      const detail = 'the body must be text/csv, application/x-ndjson, application/json, multipart/form-data';
      expect(reply).toMatchObject({ status: 415, body: { code: 'unsupported_media_type', detail } });
    },
  );

  it('explains how a file in a form can name its format', async () => {
    const { body, type } = formOf([{ name: 'file', fileName: 'a', body: 'a,1' }]);
    const reply = await upload(customers.app, body, { type });
    expect(reply.body.detail).toMatch(/^the file must be text\/csv, .*json, by its Content-Type or file extension$/);
  });

  it.each([
    ['before it reads it', 'text/plain', 415],
    ['before it has arrived completely', 'text/csv', 400],
  ])('refuses a file %s, and takes the rest, so that its sender can read the answer', async (_when, type, status) => {
    const outgoing = await openUpload(customers.app, { type });
    outgoing.on('error', () => {});
    const closed = once(outgoing, 'close').then(() => Promise.reject(new Error('the connection was closed')));
    const answered = once(outgoing, 'response');
    outgoing.write('external_id,colour\n');
    const [response] = (await answered) as [IncomingMessage];
    expect(await json(response)).toMatchObject({ status });
    const rest = Buffer.alloc(1024 * 1024, 'a');
    const write = () => new Promise((resolve) => outgoing.write(rest, resolve));
    for (let sent = 0; sent < 8; sent += 1) await Promise.race([write(), closed]); // more than fits into sockets
    closed.catch(() => {});
    outgoing.destroy();
  });

  it('reports a part after the file as a separate error', async () => {
    const name = prefix();
    const { type, body } = formOf([
      { name: 'file', fileName: 'a.csv', body: csvOf([name]) },
      { name: 'atomic', body: 'true' },
    ]);
    const reply = await upload(customers.app, body, { type });
    expect(reply.body).toMatchObject({
      received: 2,
      created: 1,
      failed: 1,
      errors: [{ line: 2, code: 'invalid_request' }],
    });
  });

  it('refuses a malformed key, token or parameter before it reads the body', async () => {
    const bad = await upload(customers.app, csvOf([prefix()]), { headers: { 'idempotency-key': 'a b' } });
    expect(bad).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const token = { 'consistency-token': 'x' };
    expect(await upload(customers.app, csvOf([prefix()]), { headers: token })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/consistency-token', in: 'header' }] },
    });
    const wellFormed = { 'consistency-token': '1.7.1.1.1' };
    expect((await upload(customers.app, csvOf([prefix()]), { headers: wellFormed })).status).toBe(200);
    expect((await upload(customers.app, csvOf([prefix()]), { query: '?atomic=yes' })).status).toBe(400);
    expect((await upload(customers.app, csvOf([prefix()]), { headers: { 'content-encoding': 'gzip' } })).status).toBe(
      415,
    );
  });
});
