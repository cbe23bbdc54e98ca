import { createReadStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandIn, thrown } from './stand-in.ts';

const SUMMARY = { received: 1, created: 1, failed: 0, errors: [], errors_truncated: false };
const CSV = 'ada,1000.00\n';
let gateway: StandIn;
beforeEach(async () => {
  gateway = await StandIn.start();
});
afterEach(() => gateway.stop());

async function* pieces() {
  yield 'ada,';
  yield new TextEncoder().encode('1000.00\n');
}
const oneStream = () => new Blob([CSV]).stream();
const bulk = (file: Parameters<ReturnType<StandIn['client']>['customers']['createInBulk']>[0]) =>
  gateway.client().customers.createInBulk(file, { type: 'text/csv', atomic: true, idempotencyKey: 'k' });

describe('an upload', () => {
  it.each([
    ['text', CSV],
    ['bytes', new TextEncoder().encode(CSV)],
    ['a Blob', new Blob([CSV])],
    ['what opens a stream', pieces],
  ])('of %s is sent again with its key', async (_name, file) => {
    gateway.act = (_asked, times) => (times === 1 ? 'drop' : { status: 200, body: SUMMARY });
    expect(await bulk(file)).toEqual(SUMMARY);
    const headers = { 'content-type': 'text/csv', 'idempotency-key': 'k' };
    const asked = { method: 'POST', url: '/api/customers/bulk?atomic=true', body: CSV, headers };
    expect(gateway.asked).toMatchObject([asked, asked]);
  });

  it.each([
    ['a stream', oneStream],
    ['what is iterated', pieces],
  ])('of %s is sent once', async (_name, open) => {
    gateway.act = (_asked, times) => (times === 1 ? { status: 200, body: SUMMARY } : 'drop');
    expect(await bulk(open())).toEqual(SUMMARY);
    expect(await thrown(bulk(open()))).toMatchObject({ name: 'NoAnswerError', attempts: 1, idempotencyKey: 'k' });
    expect(gateway.asked).toMatchObject([{ body: CSV }, { body: CSV }]);
  });

  it('throws what the function throws that is to open its stream', async () => {
    const gone = new Error('no such file');
    const open = () => {
      throw gone;
    };
    expect(await thrown(bulk(open))).toBe(gone);
    expect(gateway.asked).toEqual([]);
  });

  it.each([
    ['an array', [CSV], 'Array'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'ArrayBuffer'],
    ['nothing', undefined, 'Undefined'],
    ['an async function', async () => oneStream(), 'Promise'],
    ['an async function that throws', async () => Promise.reject(new Error('no such file')), 'Promise'],
    ['a function that returns text', () => CSV, 'String'],
  ])('of %s is refused with what is accepted', async (_name, file, kind) => {
    const error = await thrown(bulk(file as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: `file must be text, a Uint8Array, a Blob, a ReadableStream, an AsyncIterable, or a function that returns one of the last two, not ${kind}`,
    });
    expect(gateway.asked).toEqual([]);
  });

  const broken = new Error('the disk is broken');
  const fails = async function* () {
    yield CSV;
    throw broken;
  };
  const yields = async function* () {
    yield CSV;
    yield 5 as unknown as string;
  };
  const other = new TypeError('an upload consists of text or Uint8Arrays, not of numbers');
  const missing = { code: 'ENOENT', path: '/nope.csv' };

  it.each([
    ['a missing file', () => createReadStream('/nope.csv'), missing],
    ['an iterable that throws', fails, broken],
    ['a stream that fails', () => ReadableStream.from(fails()), broken],
    ['an iterable of something else', yields, other],
  ])('of %s throws why it could not be read, and is not sent again', async (_name, open, why) => {
    let times = 0;
    const opened = () => {
      times += 1;
      return open();
    };
    expect(await thrown(bulk(opened))).toMatchObject(why);
    expect(times).toBe(1);
    expect(await thrown(bulk(open()))).toMatchObject(why);
  });

  it('of a file that has changed since it was opened throws so', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mo-upload-'));
    const path = join(dir, 'customers.csv');
    await writeFile(path, CSV.repeat(10_000));
    const file = await openAsBlob(path);
    await writeFile(path, CSV);
    expect(await thrown(bulk(file))).toMatchObject({ name: 'NotReadableError' });
    await rm(dir, { recursive: true });
  });

  it.each(['iterable', 'stream'])('lets go of its %s where it is ended', async (kind) => {
    const stop = new AbortController();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const line = new TextEncoder().encode(CSV);
    const lines = async function* () {
      try {
        yield line;
        stop.abort(new Error('enough'));
        for (;;) yield line;
      } finally {
        leave();
      }
    };
    const file = kind === 'iterable' ? lines() : ReadableStream.from(lines());
    const options = { type: 'text/csv', signal: stop.signal } as const;
    const error = await thrown(gateway.client().customers.createInBulk(file, options));
    expect(error).toMatchObject({ message: 'enough' });
    await left;
  });
});
