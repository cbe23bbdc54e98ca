import { skewOf } from '../src/skew.ts';
import { spreadOf, unlike } from './spread.ts';

const CUSTOMERS = 20_000;

it('equally active customers spread evenly over partitions, and over replicas whose number divides them', () => {
  for (const replicas of [2, 3, 4, 6, 12]) {
    const { busiestReplica, busiestPartition } = spreadOf(CUSTOMERS, 12, replicas);
    expect(busiestReplica).toBeGreaterThanOrEqual(1);
    expect(busiestReplica).toBeLessThan(1.08);
    expect(busiestPartition).toBeLessThan(1.08);
  }
});

it('a number of replicas that does not divide the partitions leaves some with one more', () => {
  expect(spreadOf(CUSTOMERS, 12, 5).busiestReplica).toBeCloseTo(3 / (12 / 5), 1);
  expect(spreadOf(CUSTOMERS, 12, 8).busiestReplica).toBeCloseTo(2 / (12 / 8), 1);
});

it('a few very active customers load few partitions, however many partitions exist', () => {
  const few = spreadOf(CUSTOMERS, 12, 12, unlike).busiestReplica;
  const many = spreadOf(CUSTOMERS, 120, 120, unlike).busiestReplica;
  expect(few).toBeGreaterThan(1.2);
  expect(many).toBeGreaterThan(few);
});

it('one replica has the whole load', () => {
  expect(spreadOf(100, 12, 1)).toMatchObject({ busiestReplica: 1 });
});

describe('the busiest partition of customers with the same activity', () => {
  it.each([12, 60])('has about the expected load, of %d partitions', (partitions) => {
    const customersPerPartition = 500;
    const { busiestPartition } = spreadOf(partitions * customersPerPartition, partitions, partitions);
    const excess = (busiestPartition - 1) / (skewOf(partitions, customersPerPartition) - 1);
    expect(excess).toBeGreaterThan(0.6);
    expect(excess).toBeLessThan(1.2);
  });

  it('has little more than the mean, for any number of partitions', () => {
    expect(skewOf(1)).toBe(1);
    expect(skewOf(12).toFixed(2)).toBe('1.01');
    expect(skewOf(100_000).toFixed(2)).toBe('1.02');
  });
});
