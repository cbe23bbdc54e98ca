/**
 * The metrics of the streams. Counters with few label values are initialised to 0, so that a rate is defined from the
 * first scrape. Frequent events are counted once per batch.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import { databaseOutage } from '@mo/database';
import {
  counter,
  durationHistogram,
  type Registry,
  StoreConflictError,
  StoreRefusalError,
  sizeHistogram,
} from '@mo/service-kit';
import type { EventOutcome } from './protocol/follow.ts';
import { PULL_REASONS } from './protocol/write-path.ts';

const WHAT_BECAME: readonly (EventOutcome | 'quarantined')[] = [
  'apply',
  'duplicate',
  'gap',
  'early',
  'faulty',
  'quarantined',
];

/** A conflict with another transaction, a violated constraint, an unreachable database, or anything else (a bug). */
const BATCH_FAILURES = ['conflict', 'refusal', 'outage', 'other'] as const;

export function streamMetrics(registry: Registry, follows: readonly Stream[]) {
  const pulls = counter(registry, 'mo_pulls_total', 'Pulls, by stream and reason', ['stream', 'reason']);
  const faulty = counter(registry, 'mo_faulty_events_total', 'Events that could not take effect in their turn', [
    'stream',
  ]);
  const followed = counter(registry, 'mo_followed_events_total', 'Events pushed by Kafka, by outcome', [
    'stream',
    'what',
  ]);
  const quarantinings = counter(
    registry,
    'mo_quarantined_events_total',
    'Encounters with events that are invalid or unable to take effect, by push or pull',
    ['stream', 'by'],
  );
  for (const stream of follows) {
    for (const reason of PULL_REASONS) pulls.inc({ stream, reason }, 0);
    for (const what of WHAT_BECAME) followed.inc({ stream, what }, 0);
    for (const by of ['push', 'pull']) quarantinings.inc({ stream, by }, 0);
    faulty.inc({ stream }, 0);
  }
  const written = counter(registry, 'mo_events_written_total', 'Own events written by commands and followed events', [
    'type',
  ]);
  const batchFailures = counter(
    registry,
    'mo_batch_failures_total',
    'Transactions that wrote nothing, by reason; after a second conflict, or a refusal, each command gets its own',
    ['reason'],
  );
  for (const reason of BATCH_FAILURES) batchFailures.inc({ reason }, 0);
  const followDelay = durationHistogram(
    registry,
    'mo_follow_delay_seconds',
    'Age of the oldest event of a batch from Kafka when it took effect',
    ['stream'],
  );
  return {
    pulls,
    faulty,
    followed,
    quarantinings,
    batchFailures,
    batchSize: sizeHistogram(registry, 'mo_batch_items', 'Commands and event groups per transaction'),
    batchDuration: durationHistogram(registry, 'mo_batch_duration_seconds', 'Duration of transactions'),
    lost: counter(
      registry,
      'mo_lost_events_asked_total',
      'Pulls by a service that has applied more of a customer than the journal holds',
    ),
    unconfirmed: counter(
      registry,
      'mo_unconfirmed_total',
      'Refusals that had to be confirmed by pulls before they were answered',
      ['command'],
    ),
    relayed: counter(registry, 'mo_relayed_events_total', 'Events sent to Kafka'),
    relayFailures: counter(registry, 'mo_relay_failures_total', 'Rounds of the relay that failed and are repeated'),
    peerCalls: durationHistogram(registry, 'mo_peer_call_duration_seconds', 'Duration of calls to other services', [
      'peer',
      'outcome',
    ]),
    observeDelay: ({ stream, time }: StreamEvent, nowMs: number) =>
      followDelay.observe({ stream }, Math.max(0, nowMs - Date.parse(time)) / 1_000),
    wrote: (events: readonly StreamEvent[]) => {
      for (const [type, some] of Map.groupBy(events, (event) => event.type)) written.inc({ type }, some.length);
    },
  };
}

/** Why a transaction wrote nothing. */
export function batchFailureOf(error: unknown): (typeof BATCH_FAILURES)[number] {
  if (error instanceof StoreConflictError) return 'conflict';
  if (error instanceof StoreRefusalError) return 'refusal';
  return databaseOutage(error) === null ? 'other' : 'outage';
}
