/** The next customers to audit, limited by memory: the events and rows of those in a round are in memory together. */

/**
 * The most events, own and followed, of the customers in a round. An event takes about 1 KB with its rows, and a process
 * may have as little as 512 MB.
 */
export const AUDITED_EVENTS_MAX = 100_000;

export interface Portion {
  readonly audited: readonly number[];
  /** Customers that alone have too many events. */
  readonly tooLarge: readonly number[];
}

/**
 * The first customers that fit together, and those in between that never fit.
 *
 * @param sizes the number of events of each customer, in the order in which they are audited
 */
export function portionOf(sizes: ReadonlyMap<number, number>, eventsMax: number): Portion {
  const audited: number[] = [];
  const tooLarge: number[] = [];
  let events = 0;
  for (const [customerId, size] of sizes) {
    if (size > eventsMax) tooLarge.push(customerId);
    else if (events + size > eventsMax) break;
    else {
      audited.push(customerId);
      events += size;
    }
  }
  return { audited, tooLarge };
}
