/** As far from 1970 as a date may be (ECMA-262, time values). */
const MS_MAX = 8.64e15;

let second = Number.NaN;
let upToSecond = '';

/**
 * A time in ms, or a date, as `Date#toISOString` writes it (ISO 8601, in UTC, with three digits of a second). A batch writes the same
 * moment many times, and moments close to each other: what they share is put into words once.
 *
 * @throws RangeError where it is no time
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
