import { Readable } from 'node:stream';
import { arriving } from '../src/bulk/arriving.ts';

const SHORT_MS = 20;
const LONG_MS = 60_000;

describe('the bytes of a body', () => {
  let body: Readable;
  let stopping: AbortController;
  beforeEach(() => {
    stopping = new AbortController();
    body = new Readable({ read: () => {} });
    body.on('error', () => {});
  });
  afterEach(() => void body.destroy());

  it('are read as they arrive, to the end', async () => {
    const bytes = arriving(body, stopping.signal);
    body.push('a');
    expect((await bytes.next()).value).toEqual(Buffer.from('a'));
    body.push('b');
    body.push(null);
    expect((await bytes.next()).value).toEqual(Buffer.from('b'));
    expect((await bytes.next()).done).toBe(true);
  });

  it('are awaited for a limited time, after which the body stays open for an answer', async () => {
    const next = arriving(body, stopping.signal, SHORT_MS).next();
    await expect(next).rejects.toMatchObject({ code: 'request_timeout', status: 408 });
    expect(body.destroyed).toBe(false);
  });

  it('end with a problem if the sender is gone', async () => {
    const next = arriving(body, stopping.signal, LONG_MS).next();
    body.destroy(new Error('aborted'));
    await expect(next).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'the upload was cut off: aborted',
    });
  });

  it('end with a problem if the service stops, before or during the wait', async () => {
    const next = arriving(body, stopping.signal, LONG_MS).next();
    stopping.abort();
    await expect(next).rejects.toMatchObject({ code: 'unavailable' });
    await expect(arriving(body, stopping.signal, LONG_MS).next()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
