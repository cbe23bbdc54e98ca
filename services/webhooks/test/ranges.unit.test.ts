import fc from 'fast-check';
import { add, includes, type Range, type Ranges, reach, remove, within } from '../src/intake/ranges.ts';

const VERSIONS = Array.from({ length: 24 }, (_, index) => index + 1);
const versions = fc.integer({ min: 2, max: 20 });
const range = fc.tuple(versions, fc.nat(3)).map(([first, more]): Range => [first, first + more]);
const steps = fc.array(fc.oneof(range, versions), { maxLength: 12 });

const versionsOf = (ranges: Ranges) => VERSIONS.filter((version) => includes(ranges, version));

it('ranges contain exactly the added and not removed versions, in the fewest ranges', () => {
  fc.assert(
    fc.property(steps, range, versions, (all, [first, last], from) => {
      let ranges: Ranges = [];
      const expected = new Set<number>();
      for (const step of all) {
        ranges = typeof step === 'number' ? remove(ranges, step) : add(ranges, step);
        if (typeof step === 'number') expected.delete(step);
        else for (let version = step[0]; version <= step[1]; version += 1) expected.add(version);
      }
      expect(versionsOf(ranges)).toEqual([...expected].sort((a, b) => a - b));
      for (const [place, [next]] of ranges.entries())
        if (place > 0) expect(next).toBeGreaterThan((ranges[place - 1]?.[1] ?? 0) + 1);
      expect(versionsOf(within(ranges, [first, last]))).toEqual(
        versionsOf(ranges).filter((version) => first <= version && version <= last),
      );
      let reached = from;
      while (expected.has(reached + 1)) reached += 1;
      expect(reach(ranges, from)).toBe(reached);
    }),
  );
});
