import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { heapFlags } from '@mo/dev-stack';
import type { KafkaMessage } from 'kafkajs';
import { incoming } from '../src/kafka/incoming.ts';

const message = (parts: Partial<Record<keyof KafkaMessage, unknown>>) =>
  incoming('mo.loans', 3, { offset: '17', ...parts } as unknown as KafkaMessage);

it('is a message with its parts as text, and unchanged as bytes', () => {
  const value = Buffer.from([0x7b, 0xff, 0x7d]);
  const twice = [Buffer.from('a'), Buffer.from('b')];
  const { raw, ...text } = message({ key: Buffer.from('1'), value, headers: { ce_id: Buffer.from('é'), twice } });
  expect(text).toEqual({
    topic: 'mo.loans',
    partition: 3,
    offset: '17',
    key: '1',
    value: '{\ufffd}',
    headers: { ce_id: 'é', twice: 'a,b' },
  });
  expect([raw.key, raw.value, raw.headers]).toEqual([
    Buffer.from('1'),
    value,
    { ce_id: Buffer.from('é'), twice: [Buffer.from('a'), Buffer.from('b')] },
  ]);
});

it('has empty parts if the message has no key, value or headers', () => {
  const { key, value, headers, raw } = message({ key: null, value: null });
  expect([key, value, headers, raw.key, raw.value, raw.headers]).toEqual([null, null, {}, null, null, {}]);
});

it('is collected in the young generation, even after many existed at once', async () => {
  // The last of two sizes counts: less that is young shows sooner what becomes old.
  const flags = [...heapFlags, '--max-semi-space-size=4', '--conditions=source', '--expose-gc', '--no-warnings'];
  const main = join(import.meta.dirname, 'fixtures/read-messages.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, main]);
  expect(JSON.parse(stdout)).toEqual({ isRead: true, isCollected: true, wholeHeaps: 0 });
});
