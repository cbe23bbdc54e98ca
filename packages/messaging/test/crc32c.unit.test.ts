import fc from 'fast-check';
import { crc32c } from '../src/kafka/crc32c.ts';
import { insideKafkajs } from '../src/kafka/inside-kafkajs.ts';

const SIZE = 32;
const kafkajsCrc32c = insideKafkajs<typeof crc32c>('protocol/recordBatch/crc32C');

/** RFC 3720, B.4. */
it.each([
  ['zeros', new Uint8Array(SIZE), 0x8a91_36aa],
  ['ones', new Uint8Array(SIZE).fill(0xff), 0x62a8_ab43],
  ['ascending bytes', Uint8Array.from({ length: SIZE }, (_, at) => at), 0x46dd_794e],
  ['descending bytes', Uint8Array.from({ length: SIZE }, (_, at) => SIZE - 1 - at), 0x113f_db5c],
  ['no bytes', new Uint8Array(), 0],
])('is that of the RFC for %s', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

it('is that of kafkajs for bytes of any length', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => crc32c(bytes) === kafkajsCrc32c(bytes)));
});
