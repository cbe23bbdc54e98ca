import fc from 'fast-check';
import { isoTime } from '../src/index.ts';

it('formats times as Date does, whatever was formatted before', () => {
  const time = fc.oneof(
    fc.date({ noInvalidDate: true }),
    fc.integer({ min: -2_000, max: 2_000 }).map((ms) => new Date(ms)),
  );
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (dates) => {
      const texts = dates.map((date) => date.toISOString());
      expect(dates.map(isoTime)).toEqual(texts);
      expect(dates.map((date) => isoTime(date.getTime()))).toEqual(texts);
    }),
  );
});

it('truncates fractions of a millisecond, as Date does', () => {
  for (const ms of [1.9, -0.5, 999.999, -1.5]) expect(isoTime(ms)).toBe(new Date(ms).toISOString());
});

it('has the range of Date', () => {
  for (const ms of [8.64e15, -8.64e15]) expect(isoTime(ms)).toBe(new Date(ms).toISOString());
});

it('an invalid time is refused again afterwards', () => {
  for (const wrong of [Number.NaN, new Date(Number.NaN), 8.64e15 + 1, -8.64e15 - 1]) {
    expect(() => isoTime(wrong)).toThrow(RangeError);
    expect(isoTime(1_500)).toBe('1970-01-01T00:00:01.500Z');
  }
});
