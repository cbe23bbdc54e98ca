/** The largest distance of a date from 1970, in ms (ECMA-262, time values). */
const MS_MAX = 8.64e15;

let second = Number.NaN;
let upToSecond = '';

/**
 * Formats a time as `Date#toISOString` does (ISO 8601, in UTC, with milliseconds). A batch formats many equal or close
 * times, so the text up to the second is cached.
 *
 * @param time a date, or ms since 1970
 * @throws RangeError if it is not a valid time
 */
export function isoTime(time: Date | number): string {
  const ms = typeof time === 'number' ? Math.trunc(time) : time.getTime();
  if (Math.abs(ms) > MS_MAX) throw new RangeError('Invalid time value');
  const its = Math.floor(ms / 1000);
  if (its !== second) {
    upToSecond = new Date(its * 1000).toISOString().slice(0, -'000Z'.length);
    second = its;
  }
  return `${upToSecond}${String(ms - its * 1000).padStart(3, '0')}Z`;
}
