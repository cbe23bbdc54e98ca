/**
 * Latencies, counted by the microsecond in buckets that grow with the value: below 256 µs each has its own, above it a
 * bucket is at most 1/128 of its value wide. So any latency up to two minutes keeps its first two digits, in 11 KB, and
 * counting one costs the same however long it was. It is a plain array, so that threads can hand it over.
 */
export type Histogram = Uint32Array;

const HALF_BITS = 7;
const HALF = 2 ** HALF_BITS;
/** What takes longer counts as this. */
export const LATENCY_US_MAX = 2 ** 27 - 1;
const BUCKETS = bucketOf(LATENCY_US_MAX) + 1;

export const newHistogram = (): Histogram => new Uint32Array(BUCKETS);

/** Counts one latency. */
export function recordMs(histogram: Histogram, latencyMs: number): void {
  const us = Math.min(Math.max(Math.round(latencyMs * 1000), 0), LATENCY_US_MAX);
  histogram[bucketOf(us)]! += 1;
}

/** Adds what another one has counted. */
export function addHistogram(to: Histogram, from: Histogram): void {
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) to[bucket]! += from[bucket] as number;
}

/** How many were counted. */
export const countOf = (histogram: Histogram): number => histogram.reduce((sum, times) => sum + times, 0);

/**
 * The latency that this share of those counted didn't exceed, in milliseconds: the largest value of its bucket, so never
 * less than it was. 0 where nothing was counted.
 */
export function percentileMs(histogram: Histogram, share: number): number {
  const total = countOf(histogram);
  if (total === 0) return 0;
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, times] of histogram.entries()) {
    left -= times;
    if (left <= 0) return largestOf(bucket) / 1000;
  }
  return LATENCY_US_MAX / 1000;
}

/** Values from 2^(7+s) to 2^(8+s) share 128 buckets, each 2^s wide. */
function bucketOf(us: number): number {
  const shift = Math.max(0, 31 - Math.clz32(us) - HALF_BITS);
  return shift * HALF + (us >>> shift);
}

function largestOf(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  const lowest = (bucket - shift * HALF) * 2 ** shift;
  return lowest + 2 ** shift - 1;
}
