import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DELIVERY_MS_MAX, pauseMs, readRetryAfter, receiverPauseMs } from '../src/delivery/schedule.ts';

const MIDDLE = 0.5;
const HOUR_MS = 3_600_000;

describe('the pause before the next attempt', () => {
  it('grows from seconds to hours', () => {
    const pauses = Array.from({ length: 10 }, (_, place) => pauseMs(place + 1, null, MIDDLE));
    expect(pauses.slice(0, 3)).toEqual([5_000, 30_000, 120_000]);
    expect(pauses.at(-1)).toBe(4 * HOUR_MS);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  });

  it('has a jitter of 20 %', () => {
    expect([pauseMs(1, null, 0), pauseMs(1, null, 1)]).toEqual([4_000, 6_000]);
  });

  it('follows Retry-After, up to a limit of hours', () => {
    expect(pauseMs(1, 60_000, MIDDLE)).toBe(60_000);
    expect(pauseMs(1, 1_000, MIDDLE)).toBe(5_000);
    expect(pauseMs(1, 900 * HOUR_MS, MIDDLE)).toBe(4 * HOUR_MS);
    expect(pauseMs(1, readRetryAfter('9'.repeat(400), 0), MIDDLE)).toBe(4 * HOUR_MS);
  });

  it('allows about twenty attempts in three days', () => {
    let attempts = 0;
    for (let ms = 0; ms < DELIVERY_MS_MAX; ms += pauseMs(attempts, null, MIDDLE)) attempts += 1;
    expect(attempts).toBeGreaterThan(15);
    expect(attempts).toBeLessThan(30);
  });
});

it.each<[number | null, number | null, number]>([
  [429, 60_000, 60_000],
  [503, 900 * HOUR_MS, 4 * HOUR_MS],
  [503, null, 0],
  [500, 60_000, 0],
  [null, null, 0],
])('a receiver that answers %j with a Retry-After of %j ms gets nothing for %i ms', (answer, retryAfterMs, expected) =>
  expect(receiverPauseMs(answer, retryAfterMs)).toBe(expected),
);

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-26T12:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['9999999999', 9_999_999_999_000],
    ['Thu, 26 Nov 2026 12:00:30 GMT', 30_000],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['Thursday, 26-Nov-26 12:00:30 GMT', 30_000],
    ['Thu Nov 26 12:00:30 2026', 30_000],
    ['Sun Dec  6 12:00:00 2026', 10 * 24 * HOUR_MS],
    ['soon', null],
    ['-1', null],
    ['', null],
    [null, null],
  ])('of %j is %j ms', (header, expected) => expect(readRetryAfter(header, nowMs)).toBe(expected));

  it('of a date is the same in a process of any time zone', async () => {
    const text = `import { readRetryAfter } from ${JSON.stringify(new URL('../src/delivery/schedule.ts', import.meta.url))};
      console.log(readRetryAfter('Thu Nov 26 12:00:30 2026', ${nowMs}));`;
    const options = { env: { ...process.env, TZ: 'America/New_York' } };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], options);
    expect(stdout).toBe('30000\n');
  });
});
