import { JSON_BODY_BYTES_MAX } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

/** A server with a route that gives back what it was sent. */
function echo() {
  const { app } = serverUnderTest();
  app.post('/echo', async (request) => request.body ?? 'nothing');
  const post = (payload: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    app.inject({ method: 'POST', url: '/echo', payload, headers });
  return { app, post };
}

describe('a body', () => {
  it('of JSON is parsed, with its numbers as they were written', async () => {
    const { post } = echo();
    expect((await post('{"a":[1,1.50]}')).json()).toEqual({ a: [1, { text: '1.50' }] });
  });

  it('may be empty or missing', async () => {
    const { post, app } = echo();
    expect((await post('')).body).toBe('nothing');
    expect((await app.inject({ method: 'POST', url: '/echo' })).body).toBe('nothing');
  });

  it('may name its charset', async () => {
    for (const charset of ['utf-8', '"UTF-8"', "'utf-8'", 'Utf8', 'us-ascii']) {
      const reply = await echo().post('{}', { 'content-type': `application/json; charset=${charset}` });
      expect(reply.statusCode).toBe(200);
    }
  });

  it.each(['latin1', '"UTF-16"'])('of the charset %s is refused', async (charset) => {
    const reply = await echo().post('{}', { 'content-type': `application/json; Charset=${charset}` });
    expect(reply.statusCode).toBe(415);
    expect(reply.json()).toMatchObject({
      code: 'unsupported_media_type',
      detail: expect.stringMatching(/^the charset (latin1|utf-16) is not supported: send UTF-8$/),
    });
  });

  it.each(['{"a":', '{a:1}', '[1,]', 'hello', `${'['.repeat(200_000)}`])(
    'that is not JSON is said to be so',
    async (text) => {
      const reply = await echo().post(text);
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({
        code: 'invalid_request',
        errors: [{ in: 'body', code: 'invalid_json', pointer: '' }],
      });
    },
  );

  it.each([
    ['{"amount":"1.00","amount":"100.00"}', '/amount', 'amount is given more than once'],
    ['{"":1,"":2}', '/', '"" is given more than once'],
    [
      `{"${'n'.repeat(101)}":1,"${'n'.repeat(101)}":2}`,
      `/${'n'.repeat(100)}…`,
      `${'n'.repeat(100)}… is given more than once`,
    ],
    ['{"a":[{"b/c":1,"b/c":1.5}]}', '/a/0/b~1c', 'a/0/b/c is given more than once'],
  ])('that gives a member twice is refused, and the member named: %s', async (text, pointer, detail) => {
    const reply = await echo().post(text);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      code: 'invalid_request',
      detail,
      errors: [{ in: 'body', code: 'duplicate_member', pointer, detail: 'is given more than once' }],
    });
  });

  it('that is empty is no body, whatever its media type', async () => {
    const { post } = echo();
    for (const type of ['text/plain', 'application/octet-stream', 'application/json;charset=latin1']) {
      const reply = await post('', { 'content-type': type, 'content-length': '0' });
      expect([reply.statusCode, reply.body]).toEqual([200, 'nothing']);
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'of %s is an unsupported media type',
    async (type) => {
      const reply = await echo().post('{}', { 'content-type': type });
      expect(reply.statusCode).toBe(415);
      expect(reply.json()).toMatchObject({
        code: 'unsupported_media_type',
        detail: 'the body must be application/json',
      });
    },
  );

  it('is accepted up to 1 MiB, and too large above', async () => {
    const { post } = echo();
    expect((await post(`"${'x'.repeat(JSON_BODY_BYTES_MAX - 2)}"`)).statusCode).toBe(200);
    expect((await post(`"${'x'.repeat(JSON_BODY_BYTES_MAX - 1)}"`)).json()).toMatchObject({
      status: 413,
      code: 'payload_too_large',
      detail: 'the body is over 1048576 bytes',
    });
  });
});
