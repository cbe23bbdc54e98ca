/**
 * Event streams, which keep the services consistent. `protocol/` is the protocol: it answers with what
 * service-kit provides, and reaches storage and other services only through its ports, `store.ts` and `peers.ts`.
 * `sql/`, `pull/`, `kafka/`, `relay/` and `follower/` connect it to PostgreSQL, HTTP and Kafka.
 */

export * from './audit/index.ts';
export { DueSweeps, SWEEP_INTERVAL_MS, SWEEP_RETRY_MS } from './follower/due-sweeps.ts';
export { Follower, type FollowerOptions } from './follower/follower.ts';
export { Healer } from './follower/healer.ts';
export { Insistence, insist, joinKafka } from './follower/insist.ts';
export { LagGauges } from './follower/lag-gauges.ts';
export { Sweep } from './follower/sweep.ts';
export { fromMessage, identityOf, toMessage, wholeFromMessage } from './kafka/cloud-events.ts';
export { type KafkaConnection, kafkaConfig, kafkaConnection, readKafkaConnection } from './kafka/connection.ts';
export { whileBeating } from './kafka/heartbeats.ts';
export { kafkajsOptions, kafkaOverKafkajs, unreadOf } from './kafka/kafkajs.ts';
export { partitionOf } from './kafka/partition.ts';
export {
  type Groups,
  type IncomingMessage,
  type Kafka,
  MessageRefusedError,
  type OutgoingMessage,
  type PartitionEnd,
  type PartitionProgress,
  type Producer,
  type RawMessage,
  type Subscription,
  type TopicReader,
  type Topics,
} from './kafka/port.ts';
export { Positions } from './kafka/positions.ts';
export { type OffsetRange, readRanges, SilenceError, type TakeMessages } from './kafka/read-ranges.ts';
export { topicOffsets } from './kafka/topic-offsets.ts';
export {
  type Account,
  appliedOf,
  type Progress,
  progressOf,
  type StreamModel,
  versionsOf,
} from './protocol/account.ts';
export { Batch, type CommandOutcome, type Confirmation, type EventFault } from './protocol/batch.ts';
export { aboutEvent } from './protocol/batch-spans.ts';
export type { Command, CustomerRef, Decision, Settlement, StoredAnswer } from './protocol/command.ts';
export type { Peers, Pulled } from './protocol/peers.ts';
export { refuse, refuseUnknown } from './protocol/refusal.ts';
export * from './protocol/store.ts';
export { isStored, replayOf } from './protocol/stored-answer.ts';
export { CONFIRM_ROUNDS_MAX, WritePath } from './protocol/write-path.ts';
export { HttpPeers } from './pull/http-peers.ts';
export { type PeerCall, PULLS_AT_ONCE_MAX, RefusedByPeerError, RemotePeers } from './pull/remote-peers.ts';
export type { HeadsPage, TimeSpan } from './pull/wire.ts';
export { LEASE_MS, LEASE_RENEWAL_MS, Lease, processName } from './relay/lease.ts';
export { Partitioning } from './relay/partitioning.ts';
export { Relay, type RelayOptions } from './relay/relay.ts';
export { createService, type ServiceParts, serviceConfig, topicPrefix } from './service.ts';
export {
  answerStatements,
  forgetAnswers,
  isKeyUsed,
  KEY_LIFETIME_MS,
  READ_ANSWERS,
  readAnswers,
} from './sql/answers.ts';
export {
  followedValues,
  type ProgressRow,
  progressColumns,
  progressTypes,
  progressValues,
  readProgress,
} from './sql/columns.ts';
export { appendEvents, Journal, restoreEvents } from './sql/journal.ts';
export { scanJournal } from './sql/journal-scan.ts';
export { type CustomerBehind, ProgressTable } from './sql/progress-table.ts';
export { type AccountTables, idsOf, SqlStore } from './sql/sql-store.ts';
export {
  answersTableV1,
  behindIndexV1,
  JournalDigestV1,
  JournalSummariesV1,
  leaseTableV1,
  PartitioningTableV1,
  progressColumnsV1,
  QuarantineTableV1,
  streamTablesV1,
} from './sql/tables.ts';
