/** How unevenly customers with the same activity are spread over partitions. */

/** A system that needs several partitions has at least this many customers in each; with more the skew is smaller. */
const CUSTOMERS_PER_PARTITION = 50_000;

/**
 * The expected load of the busiest partition, as a multiple of the mean. A key falls on each partition with the same
 * probability, so the standard deviation of the number of customers is the square root of the mean. The maximum of all
 * partitions exceeds the mean by about √(2 ln partitions) standard deviations.
 */
export const skewOf = (partitions: number, customersPerPartition = CUSTOMERS_PER_PARTITION): number =>
  1 + Math.sqrt((2 * Math.log(partitions)) / customersPerPartition);
