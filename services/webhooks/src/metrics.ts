/** The metrics of webhooks; docs/metrics.md explains each of them. */
import { STREAMS } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { type Clock, countedGauge, counter, durationHistogram, type Registry } from '@mo/service-kit';
import { ATTEMPT_OUTCOMES } from './delivery/sender.ts';

/** Limit of the count, because each scrape costs as much as there are rows to count. */
const PENDING_COUNTED_MAX = 100_000;

export function webhookMetrics(registry: Registry) {
  const attempts = counter(registry, 'mo_webhook_attempts_total', 'Attempts to deliver a message, by outcome', [
    'what',
  ]);
  for (const what of ATTEMPT_OUTCOMES) attempts.inc({ what }, 0);
  const givenUpHelp = 'Messages given up because no attempt succeeded for three days';
  const givenUp = counter(registry, 'mo_webhook_messages_given_up_total', givenUpHelp);
  const disabledHelp = 'Webhooks disabled because their receiver answered 410';
  const disabled = counter(registry, 'mo_webhook_disabled_total', disabledHelp);
  const unfitHelp = 'Messages in topics that are invalid or cannot be stored, and are delivered to nobody';
  const unfit = counter(registry, 'mo_webhook_unfit_total', unfitHelp, ['stream']);
  const waivedHelp =
    'Events that later events of the customer continued without, because the owner lacks them or has them in an invalid form';
  const waived = counter(registry, 'mo_webhook_waived_total', waivedHelp, ['stream']);
  const sweptHelp = 'Last events of customers that Kafka did not deliver and the sweep fetched';
  const swept = counter(registry, 'mo_webhook_swept_total', sweptHelp, ['stream']);
  for (const stream of STREAMS) for (const each of [unfit, waived, swept]) each.inc({ stream }, 0);
  const callsHelp = 'Duration of calls to other services';
  const peerCalls = durationHistogram(registry, 'mo_peer_call_duration_seconds', callsHelp, ['peer', 'outcome']);
  return { attempts, givenUp, disabled, unfit, waived, swept, peerCalls };
}

/** Gauges of waiting messages, from the database: all processes report the same, or nothing while it is down. */
export function waitingGauges(registry: Registry, database: Database, clock: Clock): void {
  const gaugeOf = (name: string, help: string, sql: string) =>
    countedGauge(registry, clock, {
      name,
      help,
      labelNames: [],
      count: async () => Number((await run<{ value: string }>(sqlOf(database), sql))[0]?.value ?? 0),
      set: (gauge, value) => gauge.set(value),
      keepsLast: false,
    });
  const pendingHelp = 'Messages that are not delivered yet';
  gaugeOf(
    'mo_webhook_pending',
    `${pendingHelp}, up to ${PENDING_COUNTED_MAX}`,
    `SELECT count(*) AS value FROM (SELECT 1 FROM deliveries WHERE status = 1 LIMIT ${PENDING_COUNTED_MAX}) pending`,
  );
  gaugeOf(
    'mo_webhook_overdue_seconds',
    'Delay of the oldest message that is due',
    `SELECT greatest(0, extract(epoch FROM clock_timestamp() - min((
       SELECT greatest(due_at, paused_until) FROM lanes WHERE webhook_id = id ORDER BY due_at LIMIT 1))))
     AS value FROM webhooks WHERE status = 1`,
  );
}
