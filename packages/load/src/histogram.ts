/**
 * A latency histogram with a resolution of 1 µs below 256 µs; above that, a bucket is at most 1/128 of its value wide.
 * Any latency up to two minutes keeps its first two digits, in 11 KB, and recording one takes constant time. It is a
 * plain array, so threads can pass it to each other.
 */
export type Histogram = Uint32Array;

const HALF_BITS = 7;
const HALF = 2 ** HALF_BITS;
/** Longer latencies are recorded as this. */
export const LATENCY_US_MAX = 2 ** 27 - 1;
const BUCKETS = bucketOf(LATENCY_US_MAX) + 1;

export const newHistogram = (): Histogram => new Uint32Array(BUCKETS);

export function recordMs(histogram: Histogram, latencyMs: number): void {
  const us = Math.min(Math.max(Math.round(latencyMs * 1000), 0), LATENCY_US_MAX);
  histogram[bucketOf(us)]! += 1;
}

/** Adds the counts of `from` to `to`. */
export function addHistogram(to: Histogram, from: Histogram): void {
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) to[bucket]! += from[bucket] as number;
}

/** The number of recorded latencies. */
export const countOf = (histogram: Histogram): number => histogram.reduce((sum, times) => sum + times, 0);

/**
 * The percentile in milliseconds, such as the p99 for a share of 0.99: the upper end of its bucket, so never less than
 * the exact value. 0 if nothing was recorded.
 */
export function percentileMs(histogram: Histogram, share: number): number {
  const total = countOf(histogram);
  if (total === 0) return 0;
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, times] of histogram.entries()) {
    left -= times;
    if (left <= 0) return upperEndOf(bucket) / 1000;
  }
  return LATENCY_US_MAX / 1000;
}

/** Values from 2^(7+s) to 2^(8+s) share 128 buckets, each 2^s wide. */
function bucketOf(us: number): number {
  const shift = Math.max(0, 31 - Math.clz32(us) - HALF_BITS);
  return shift * HALF + (us >>> shift);
}

function upperEndOf(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  const lowest = (bucket - shift * HALF) * 2 ** shift;
  return lowest + 2 ** shift - 1;
}
