import { REMIND_MS, RetryLog } from '../src/index.ts';
import { ManualClock, memoryLog } from './harness.ts';

const FAILURE = 'it failed';
const OVER = 'background work succeeds again';

function setUp() {
  const clock = new ManualClock();
  const { logger, lines } = memoryLog();
  return { clock, log: new RetryLog(clock, logger, FAILURE), lines };
}

it('a failure that lasts has a line for each reason at once, again once a minute, and one for its end', async () => {
  const { clock, log, lines } = setUp();
  const reasons = ['no broker', 'no broker', 'no topic', 'no broker'];
  for (const reason of reasons) log.failed(new Error(reason));
  await clock.advance(REMIND_MS);
  log.failed(new Error('no broker'));
  log.succeeded();
  log.succeeded();
  expect(lines().map(({ level, err }) => [level, (err as Error | undefined)?.message])).toEqual([
    ['warn', 'no broker'],
    ['debug', 'no broker'],
    ['warn', 'no topic'],
    ['debug', 'no broker'],
    ['warn', 'no broker'],
    ['info', undefined],
  ]);
  expect(lines().at(-1)).toMatchObject({ msg: OVER, failure: FAILURE });
});

it('a line has the given level and details', () => {
  const { log, lines } = setUp();
  log.failed(new Error('no broker'), 'error', { customerId: 7 });
  expect(lines()).toMatchObject([{ level: 'error', msg: FAILURE, customerId: 7, err: { message: 'no broker' } }]);
});

it('what lasts without an error is logged likewise', () => {
  const { log, lines } = setUp();
  for (const reason of ['one', 'one', 'other']) log.lasts(reason, { reason });
  log.succeeded();
  expect(lines().map(({ level, msg, reason }) => [level, msg, reason])).toEqual([
    ['warn', FAILURE, 'one'],
    ['debug', FAILURE, 'one'],
    ['warn', FAILURE, 'other'],
    ['info', OVER, undefined],
  ]);
});

it('work is logged by how it ends, which its caller learns', async () => {
  const { log, lines } = setUp();
  await expect(log.during(() => Promise.reject(new Error('no broker')))).rejects.toThrow('no broker');
  expect(await log.during(async () => 7)).toBe(7);
  expect(lines().map(({ level, msg }) => `${level} ${msg}`)).toEqual([`warn ${FAILURE}`, `info ${OVER}`]);
});
