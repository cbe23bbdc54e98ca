import { LastingFailure, REASONS_MAX, REMIND_MS } from '../src/lasting-failure.ts';

function setUp() {
  let nowMs = 0;
  const failure = new LastingFailure({ elapsed: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { failure, pass };
}

it('a failure that lasts is a warning at once, and again once a minute', () => {
  const { failure, pass } = setUp();
  const levels = Array.from({ length: 9 }, () => {
    const level = failure.levelOf('no broker');
    pass(REMIND_MS / 4);
    return level;
  });
  expect(levels).toEqual(['warn', 'debug', 'debug', 'debug', 'warn', 'debug', 'debug', 'debug', 'warn']);
});

it('another reason is a warning at once, but only a few of them in a minute', () => {
  const { failure, pass } = setUp();
  const reasons = Array.from({ length: REASONS_MAX }, (_, n) => `no answer from ${n}`);
  expect(reasons.map((reason) => failure.levelOf(reason))).toEqual(reasons.map(() => 'warn'));
  expect(failure.levelOf('no broker')).toBe('debug');
  pass(REMIND_MS);
  expect(failure.levelOf('no broker')).toBe('warn');
});

it('a failure after a success is a warning at once; only the end of a warning or an error counts as such', () => {
  const { failure } = setUp();
  expect(failure.end()).toBe(false);
  expect([failure.levelOf('no broker'), failure.end(), failure.end()]).toEqual(['warn', true, false]);
  expect([failure.levelOf('no broker', 'error'), failure.end()]).toEqual(['error', true]);
  expect([failure.levelOf('no broker', 'info'), failure.end()]).toEqual(['info', false]);
});

it('what was no warning becomes one as soon as its level is raised', () => {
  const { failure } = setUp();
  const levels = (['info', 'info', 'warn', 'warn'] as const).map((level) => failure.levelOf('no peer', level));
  expect(levels).toEqual(['info', 'debug', 'warn', 'debug']);
});
