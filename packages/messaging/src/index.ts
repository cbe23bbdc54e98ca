/**
 * Event streams, which keep the services consistent. `protocol/` is the protocol: it answers with what
 * service-kit provides, and reaches storage and other services only through its ports, `store.ts` and `peers.ts`.
 * `sql/`, `pull/`, `kafka/`, `relay/` and `follower/` connect it to PostgreSQL, HTTP and Kafka.
 */

export * from './audit/index.ts';
export { DueSweeps, SWEEP_INTERVAL_MS, SWEEP_RETRY_MS } from './follower/due-sweeps.ts';
export * from './follower/follower.ts';
export * from './follower/healer.ts';
export * from './follower/insist.ts';
export { LagGauges } from './follower/lag-gauges.ts';
export { Sweep } from './follower/sweep.ts';
export * from './kafka/cloud-events.ts';
export * from './kafka/connection.ts';
export { whileBeating } from './kafka/heartbeats.ts';
export * from './kafka/kafkajs.ts';
export { partitionOf } from './kafka/partition.ts';
export * from './kafka/places.ts';
export * from './kafka/port.ts';
export { type OffsetRange, readRanges, SilenceError, type TakeMessages } from './kafka/read-ranges.ts';
export { topicOffsets } from './kafka/topic-offsets.ts';
export * from './protocol/account.ts';
export * from './protocol/batch.ts';
export { aboutEvent } from './protocol/batch-spans.ts';
export * from './protocol/command.ts';
export * from './protocol/peers.ts';
export * from './protocol/refusal.ts';
export * from './protocol/store.ts';
export { isKept, replayOf } from './protocol/stored-answer.ts';
export * from './protocol/write-path.ts';
export { HttpPeers } from './pull/http-peers.ts';
export * from './pull/remote-peers.ts';
export type { HeadsPage, TimeSpan } from './pull/wire.ts';
export * from './relay/lease.ts';
export * from './relay/partitioning.ts';
export * from './relay/relay.ts';
export { Rounds, STARTING_MS } from './rounds.ts';
export * from './service.ts';
export { slices } from './slices.ts';
export * from './sql/answers.ts';
export * from './sql/columns.ts';
export * from './sql/journal.ts';
export * from './sql/journal-scan.ts';
export * from './sql/page.ts';
export * from './sql/progress-table.ts';
export * from './sql/sql-store.ts';
export * from './sql/tables.ts';
export * from './sql/types.ts';
