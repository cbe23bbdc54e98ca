import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTarget } from '../src/target.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mo-target-'));
  await mkdir(join(cwd, '.mo'));
  await mkdir(join(cwd, 'odd'));
  await writeFile(join(cwd, '.mo/stack.json'), JSON.stringify({ kafka: { brokers: ['127.0.0.1:59092'], pid: 1 } }));
  await writeFile(join(cwd, 'odd/stack.json'), '{"kafka":{}}');
});
afterAll(() => rm(cwd, { recursive: true }));

it('takes the environment before the running stack', () => {
  expect(findTarget({ KAFKA_BROKERS: 'a:1, b:2', TOPIC_PREFIX: 'x' }, cwd)).toEqual({
    kafka: { brokers: ['a:1', 'b:2'] },
    topicPrefix: 'x',
  });
  expect(findTarget({}, cwd)).toEqual({ kafka: { brokers: ['127.0.0.1:59092'] }, topicPrefix: 'mo' });
});

it('says what is missing or wrong', () => {
  expect(() => findTarget({}, join(cwd, 'empty'))).toThrow('no Kafka: set KAFKA_BROKERS, or run `npm start`');
  expect(() => findTarget({ MO_DIR: 'odd' }, cwd)).toThrow(/stack\.json names no kafka\.brokers/);
  expect(() => findTarget({ KAFKA_BROKERS: 'localhost' }, cwd)).toThrow(/must be host:port/);
});
