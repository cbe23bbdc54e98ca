/** Slices of a list, in order, each of at most `itemsMax` items. */
export function* slices<T>(all: readonly T[], itemsMax: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += itemsMax) yield all.slice(start, start + itemsMax);
}
