import { addHistogram, countOf, LATENCY_US_MAX, newHistogram, percentileMs, recordMs } from '../src/index.ts';

const of = (...latenciesMs: number[]) => {
  const histogram = newHistogram();
  for (const latencyMs of latenciesMs) recordMs(histogram, latencyMs);
  return histogram;
};

it('keeps each microsecond below 256', () => {
  for (const us of [0, 1, 127, 128, 254, 255]) expect(percentileMs(of(us / 1000), 1)).toBe(us / 1000);
});

it('is never less than what was counted, and at most 1/128 more', () => {
  for (let us = 256; us < LATENCY_US_MAX; us = Math.ceil(us * 1.003)) {
    const told = percentileMs(of(us / 1000), 0.5) * 1000;
    expect(told).toBeGreaterThanOrEqual(us - 1e-6);
    expect(told).toBeLessThanOrEqual(us * (1 + 1 / 128));
  }
});

it('counts what takes longer than it can tell as the longest', () => {
  expect(percentileMs(of(10 * LATENCY_US_MAX), 0.99)).toBe(LATENCY_US_MAX / 1000);
});

it('gives percentiles as sorting would, within a bucket', () => {
  const values = Array.from({ length: 10_000 }, (_, place) => 0.05 * 1.0012 ** ((place * 7919) % 10_000));
  const sorted = values.toSorted((a, b) => a - b);
  const histogram = of(...values);
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
    const exact = sorted[Math.ceil(sorted.length * share) - 1] as number;
    const told = percentileMs(histogram, share);
    expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact / 128 + 0.001);
  }
});

it('adds up', () => {
  const sum = of(1, 2, 3);
  addHistogram(sum, of(4, 5));
  expect(countOf(sum)).toBe(5);
  expect(percentileMs(sum, 1)).toBeCloseTo(5, 1);
});

it('tells 0 of nothing', () => {
  expect(percentileMs(newHistogram(), 0.99)).toBe(0);
});
