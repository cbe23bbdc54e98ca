/** Sets of versions as sorted lists of ranges; ranges never overlap or touch. */

/** The first and the last version, both inclusive. */
export type Range = readonly [first: number, last: number];
export type Ranges = readonly Range[];

export const includes = (ranges: Ranges, version: number): boolean =>
  ranges.some(([first, last]) => first <= version && version <= last);

/** The last version of the run that starts right after `from`; `from` itself if the next version is not in the set. */
export const reach = (ranges: Ranges, from: number): number =>
  ranges.find(([first, last]) => first <= from + 1 && last > from)?.[1] ?? from;

export function add(ranges: Ranges, added: Range): Ranges {
  let [first, last] = added;
  const apart: Range[] = [];
  for (const range of ranges) {
    if (range[1] < first - 1 || range[0] > last + 1) apart.push(range);
    else [first, last] = [Math.min(first, range[0]), Math.max(last, range[1])];
  }
  return [...apart, [first, last] as const].sort(([one], [other]) => one - other);
}

export const remove = (ranges: Ranges, version: number): Ranges =>
  ranges.flatMap(([first, last]): Range[] => {
    if (version < first || version > last) return [[first, last]];
    return nonEmpty([first, version - 1], [version + 1, last]);
  });

/** The part of a set that lies between two versions, both inclusive. */
export const within = (ranges: Ranges, [first, last]: Range): Ranges =>
  ranges.flatMap((range) => nonEmpty([Math.max(first, range[0]), Math.min(last, range[1])]));

const nonEmpty = (...ranges: Range[]): Range[] => ranges.filter(([first, last]) => first <= last);
