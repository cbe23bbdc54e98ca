/**
 * Recognizes events that a topic holds more than once: a relay that is killed may have sent an event that the next relay
 * sends again. Within a partition each version of a customer appears first in order, so an event whose version is not
 * above the last one is a duplicate. Versions are kept by partition, because after partitions were added a customer's
 * newer events may be read before the older ones of another partition.
 */
import type { TailedEvent } from './event.ts';

/** At least this many customers of each partition are remembered, those of the latest events. */
const CUSTOMERS_PER_PARTITION = 50_000;

/** The last versions of customers: those since the last change of generation, and those of the generation before. */
interface Versions {
  young: Map<number, number>;
  old: ReadonlyMap<number, number>;
}

export class SeenEvents {
  readonly #partitions = new Map<string, Versions>();
  readonly #customersMax: number;

  /** @param customersMax customers per generation and partition; memory holds two generations */
  constructor(customersMax = CUSTOMERS_PER_PARTITION) {
    this.#customersMax = customersMax;
  }

  /** Whether the event appears for the first time. A message without a customer or a version always does. */
  isFirst({ topic, partition, customer_id: customerId, version }: TailedEvent): boolean {
    if (customerId === null || version === null) return true;
    const versions = this.#versionsOf(`${topic}/${partition}`);
    const last = versions.young.get(customerId) ?? versions.old.get(customerId) ?? 0;
    if (versions.young.size >= this.#customersMax) {
      versions.old = versions.young;
      versions.young = new Map();
    }
    versions.young.set(customerId, Math.max(last, version));
    return version > last;
  }

  #versionsOf(partition: string): Versions {
    let versions = this.#partitions.get(partition);
    if (versions === undefined) {
      versions = { young: new Map(), old: new Map() };
      this.#partitions.set(partition, versions);
    }
    return versions;
  }
}
