import type { KafkaMessage } from 'kafkajs';
import { noticeOf, originalOf, readLetter, readNotice } from '../src/letter.ts';
import { lineOf } from '../src/list.ts';

const binary = Buffer.from([0, 255, 10]);
const message = {
  key: Buffer.from('7'),
  value: binary,
  timestamp: '0',
  attributes: 0,
  offset: '40',
  headers: {
    ce_type: Buffer.from('Loan\u001b[2J'),
    ce_sequence: Buffer.from('5'),
    many: [binary, Buffer.from('b')],
    mo_reason: Buffer.from('the data is not JSON'),
    mo_follower: Buffer.from('mo.payments'),
    mo_source_topic: Buffer.from('mo.loans'),
    mo_source_partition: Buffer.from('3'),
    mo_source_offset: Buffer.from('17'),
  },
} satisfies KafkaMessage;

it('a letter names its origin, customer, reason and follower, in a line without control characters', () => {
  const letter = readLetter('mo.loans.dlq', 3, message);
  expect(lineOf(letter, 7_300_000)).toBe(
    'mo.loans/3/17  customer 7  Loan?[2J  version 5  2 h old  mo.payments: the data is not JSON',
  );
});

it('the original is the message byte for byte, without the headers of the letter', () => {
  const { ce_type, ce_sequence, many } = message.headers;
  const original = originalOf(readLetter('mo.loans.dlq', 3, message));
  expect(original).toEqual({ key: message.key, value: binary, headers: { ce_type, ce_sequence, many } });
});

it('a notice names the letter and the original message', () => {
  const notice = noticeOf(readLetter('mo.loans.dlq', 3, message), 'dismissed');
  expect(notice).toMatchObject({ partition: 3, headers: { mo_settled: 'dismissed', mo_source_offset: '17' } });
  const headers = Object.fromEntries(Object.entries(notice.headers ?? {}).map(([k, v]) => [k, Buffer.from(String(v))]));
  expect(readNotice({ ...message, headers })).toEqual({ partition: 3, offset: '40' });
  expect(readNotice(message)).toBeNull();
});

it('a complete letter can be replayed', () => {
  expect(readLetter('mo.loans.dlq', 3, message)).toMatchObject({ isWhole: true, omittedBytes: null });
});

it('an incomplete letter, or one that no follower wrote, cannot be replayed', () => {
  const omitted = { ...message, headers: { ...message.headers, mo_omitted_bytes: Buffer.from('9') } };
  const letter = readLetter('mo.loans.dlq', 3, omitted);
  expect(letter).toMatchObject({ isWhole: false, omittedBytes: 9, customerId: 7 });
  expect(lineOf(letter, 7_300_000)).toMatch(/ {2}2 h old {2}cannot be put back: 9 bytes omitted {2}mo\.payments: /);
  expect(readLetter('mo.loans.dlq', 3, { ...message, headers: {} })).toMatchObject({ isWhole: false, origin: null });
});
