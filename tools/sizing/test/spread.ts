/**
 * How evenly customers are spread over replicas: keys are assigned to partitions as kafkajs does, and partitions to
 * replicas round-robin, as a consumer group does. Nothing is random, so results are repeatable.
 */
import kafkajs from 'kafkajs';

export interface Spread {
  /** The load of the busiest partition as a multiple of the mean. */
  readonly busiestPartition: number;
  /** The same for replicas. */
  readonly busiestReplica: number;
}

/** A customer's activity, relative to others, by index from 0. */
export type Weight = (place: number) => number;

export const alike: Weight = () => 1;
/** The second customer does half as much as the first, the third a third, and so on (Zipf's law). */
export const unlike: Weight = (place) => 1 / (place + 1);

export function spreadOf(customers: number, partitions: number, replicas: number, weight: Weight = alike): Spread {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const load = new Float64Array(partitions);
  for (let place = 0; place < customers; place += 1) {
    const message = { key: String(place + 1), value: null };
    const partition = choose({ topic: 'mo.payments', partitionMetadata, message });
    load[partition] = (load[partition] ?? 0) + weight(place);
  }
  const perReplica = new Float64Array(replicas);
  for (const [partition, amount] of load.entries()) {
    const replica = partition % replicas;
    perReplica[replica] = (perReplica[replica] ?? 0) + amount;
  }
  return { busiestPartition: busiest(load), busiestReplica: busiest(perReplica) };
}

function busiest(loads: Float64Array): number {
  const sum = loads.reduce((total, load) => total + load, 0);
  return sum === 0 ? 1 : Math.max(...loads) / (sum / loads.length);
}
