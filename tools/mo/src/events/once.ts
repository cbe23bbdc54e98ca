/**
 * Recognizes events that a topic holds more than once: a relay that is killed may have sent an event that the next relay
 * sends again, and dead letters are put back. Within a partition each version of a customer appears first in order, so
 * an event whose version is not above the last one there is a duplicate. After partitions were added, a customer's
 * events are in several partitions, which are read in any order. So what was seen is kept as runs of versions, each of
 * one partition.
 */
import type { TailedEvent } from './event.ts';

/** At least this many customers of each topic are remembered, those of the latest events. */
const CUSTOMERS_PER_TOPIC = 100_000;
/** Runs per customer: one for each partition and gap. The oldest are forgotten first. */
const RUNS_MAX = 32;

/** Consecutive versions of a customer, read from one partition. */
interface Run {
  readonly partition: number;
  readonly from: number;
  to: number;
}

/** By customer: those since the last change of generation, and those of the generation before. */
interface Generations {
  young: Map<number, Run[]>;
  old: ReadonlyMap<number, Run[]>;
}

export class SeenEvents {
  readonly #topics = new Map<string, Generations>();
  readonly #customersMax: number;

  /** @param customersMax customers per generation and topic; memory holds two generations */
  constructor(customersMax = CUSTOMERS_PER_TOPIC) {
    this.#customersMax = customersMax;
  }

  /**
   * Whether the event appears for the first time. A message without a customer or a version always does.
   *
   * All events of a customer must be given, whatever their type: those left out would be gaps.
   */
  isFirst({ topic, partition, customer_id: customerId, version }: TailedEvent): boolean {
    if (customerId === null || version === null) return true;
    const runs = this.#runsOf(topic, customerId);
    const isSeen = (run: Run) => version <= run.to && (run.partition === partition || version >= run.from);
    if (runs.some(isSeen)) return false;
    const continued = runs.find((run) => run.partition === partition && run.to === version - 1);
    if (continued !== undefined) {
      continued.to = version;
      return true;
    }
    runs.push({ partition, from: version, to: version });
    if (runs.length > RUNS_MAX) runs.shift();
    return true;
  }

  /** Those of the customer, who becomes one of the latest. */
  #runsOf(topic: string, customerId: number): Run[] {
    let customers = this.#topics.get(topic);
    if (customers === undefined) {
      customers = { young: new Map(), old: new Map() };
      this.#topics.set(topic, customers);
    }
    const runs = customers.young.get(customerId) ?? customers.old.get(customerId) ?? [];
    if (customers.young.size >= this.#customersMax) {
      customers.old = customers.young;
      customers.young = new Map();
    }
    customers.young.set(customerId, runs);
    return runs;
  }
}
