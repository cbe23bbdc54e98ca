import fc from 'fast-check';
import { FRAME_TYPES, type Frame, FrameError, FrameReader, REQUEST_BYTES_MAX } from '../src/frame.ts';
import { frameOf } from './support.ts';

function read(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame), REQUEST_BYTES_MAX);
  for (const chunk of chunks) reader.take(chunk);
  return frames;
}

const aFrame = fc.record({
  type: fc.constantFrom(...Object.values(FRAME_TYPES)),
  call: fc.integer({ min: 0, max: 0xffff_ffff }),
  head: fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});

it('frames are decoded as they were encoded, however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.array(aFrame, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
      (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(({ type, call, head, body }) => frameOf(type, call, head, body)));
        const chunks: Buffer[] = [];
        for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] as number;
          chunks.push(bytes.subarray(from, from + size));
          from += size;
        }
        expect(read(chunks)).toEqual(frames);
      },
    ),
  );
});

it('a body may be a string', () => {
  const [frame] = read([frameOf(FRAME_TYPES.answer, 1, ['200'], 'größer')]);
  expect(frame?.body.toString()).toBe('größer');
});

describe('bytes that are not a frame', () => {
  const good = frameOf(FRAME_TYPES.request, 1, ['GET', '/'], '');
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };
  it.each([
    ['is too long', changed((bytes) => bytes.writeUInt32BE(REQUEST_BYTES_MAX, 0))],
    ['is too short', changed((bytes) => bytes.writeUInt32BE(8, 0))],
    ['has a head that is longer than itself', changed((bytes) => bytes.writeUInt32BE(good.length, 9))],
    ['has a head that is not JSON', changed((bytes) => bytes.write('?', 13))],
    ['has a head of something else than strings', frameOf(1, 1, [1] as unknown as string[], '')],
    ['is HTTP', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
  ])('are refused if a frame %s', (_name, bytes) => {
    expect(() => read([bytes])).toThrow(FrameError);
  });
});
