import { addHistogram, countOf, LATENCY_US_MAX, newHistogram, percentileMs, recordMs } from '../src/index.ts';

const of = (...latenciesMs: number[]) => {
  const histogram = newHistogram();
  for (const latencyMs of latenciesMs) recordMs(histogram, latencyMs);
  return histogram;
};

it('is exact to the microsecond below 256 µs', () => {
  for (const us of [0, 1, 127, 128, 254, 255]) expect(percentileMs(of(us / 1000), 1)).toBe(us / 1000);
});

it('returns at least the recorded value, and at most 1/128 more', () => {
  for (let us = 256; us < LATENCY_US_MAX; us = Math.ceil(us * 1.003)) {
    const medianUs = percentileMs(of(us / 1000), 0.5) * 1000;
    expect(medianUs).toBeGreaterThanOrEqual(us - 1e-6);
    expect(medianUs).toBeLessThanOrEqual(us * (1 + 1 / 128));
  }
});

it('records a latency above the maximum as the maximum', () => {
  expect(percentileMs(of(10 * LATENCY_US_MAX), 0.99)).toBe(LATENCY_US_MAX / 1000);
});

it('gives the same percentiles as sorting, to within a bucket', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => 0.05 * 1.0012 ** ((index * 7919) % 10_000));
  const sorted = values.toSorted((a, b) => a - b);
  const histogram = of(...values);
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
    const exact = sorted[Math.ceil(sorted.length * share) - 1] as number;
    const latencyMs = percentileMs(histogram, share);
    expect(Math.abs(latencyMs - exact)).toBeLessThanOrEqual(exact / 128 + 0.001);
  }
});

it('adds the counts of another histogram', () => {
  const sum = of(1, 2, 3);
  addHistogram(sum, of(4, 5));
  expect(countOf(sum)).toBe(5);
  expect(percentileMs(sum, 1)).toBeCloseTo(5, 1);
});

it('is 0 if nothing was recorded', () => {
  expect(percentileMs(newHistogram(), 0.99)).toBe(0);
});
