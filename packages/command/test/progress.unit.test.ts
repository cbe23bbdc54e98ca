import { jest } from '@jest/globals';
import { durationText, plain, progressText, showProgress } from '../src/index.ts';

const pace = { seconds: 10, doneBefore: 100 };

it('progress shows the share done, the rate and the time left, based on the work of this run', () => {
  const work = { unit: 'lines', done: () => 1_100, total: 2_000 };
  expect(progressText(work, pace)).toBe('1,100 of 2,000 lines (55 %), 100/s, 9 s left');
  const open = { unit: 'customers', done: () => 1_100, detail: () => '2 differences' };
  expect(progressText(open, pace)).toBe('1,100 customers, 2 differences, 100/s');
  expect(progressText({ ...work, done: () => 100 }, pace)).toBe('100 of 2,000 lines (5 %), 0/s');
  expect(progressText({ unit: 'rows', done: () => 0, total: 0 }, { seconds: 0, doneBefore: 0 })).toBe(
    '0 of 0 rows (100 %), 0/s',
  );
});

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [200, '3 min 20 s'],
  [7_500, '2 h 5 min'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

describe('a progress bar', () => {
  const shown = (isTTY: boolean) => {
    const texts: string[] = [];
    jest.useFakeTimers();
    const stop = showProgress(
      { unit: 'lines', done: () => 5, total: 10 },
      { isTTY, write: (text) => texts.push(text) },
    );
    jest.advanceTimersByTime(10_000);
    stop();
    jest.useRealTimers();
    return texts;
  };

  it('is redrawn on a terminal and erased at the end', () => {
    const texts = shown(true);
    expect(texts).toHaveLength(51);
    expect(texts[0]).toContain(`[${'#'.repeat(12)}${'.'.repeat(12)}] 5 of 10 lines (50 %)`);
    expect(texts.at(-1)).toBe('\r\u001b[K');
  });

  it('is a plain line every 10 s elsewhere, without control characters', () => {
    const texts = shown(false);
    expect(texts).toEqual([expect.stringMatching(/^5 of 10 lines \(50 %\), 0\/s\n$/)]);
  });
});

it('external text cannot control the terminal', () => {
  expect(plain('a\u001b[2J\u202eb\nc')).toBe('a?[2J?b?c');
});
