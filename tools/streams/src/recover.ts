/**
 * Recovers a service's database that was restored from a backup: the events that its journal lacks are on its own
 * topic. First those events are inserted into the journal; then the rows of each customer that are behind the journal
 * are rebuilt from the streams. The command may be interrupted at any point and run again. The service itself then
 * follows again what it had followed since the backup. It must not run before or during the recovery: it would write
 * other events under the same versions.
 *
 * If the partitions of the topic were raised after the backup, the raised number is derived from the events, and put
 * into use again. Otherwise the next events of a customer would go to another partition than its last ones.
 *
 * Events that Kafka never received are lost. If another service has applied such an event through a pull, its rows are
 * rebuilt from the events that exist.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import {
  LEASE_MS,
  Lease,
  Partitioning,
  processName,
  readEntries,
  rebuildCustomer,
  restoreEvents,
  SilenceError,
  soundEvents,
  type TopicReader,
  type Topics,
  wholeFromMessage,
} from '@mo/messaging';
import { customerPages } from './customer-pages.ts';
import { Placement, type Raise } from './placement.ts';
import { audited, type Databases } from './services.ts';

const POLL_MS = 50;
/** A running process of the service renews its lease within this time. */
const LEASE_GONE_MS_MAX = 2 * LEASE_MS;
/** Ids assigned since the backup may be known only to callers, so this many are skipped. */
const IDS_PASSED_OVER = 1_000;

export interface RecoverOptions {
  readonly service: Stream;
  readonly kafka: TopicReader & Pick<Topics, 'ends'>;
  /** The topic of the service's own events. */
  readonly topic: string;
  /** Called for each customer that can't be recovered, which stays unchanged; null for an unreadable message. */
  readonly onFailure: (customerId: number | null, reason: string) => void;
  /** Called for each customer for whom another service had applied events that are lost. */
  readonly onLost: (
    customerId: number,
    by: Stream,
    versions: { readonly head: number; readonly applied: number },
  ) => void;
  /** Called if a number of partitions other than that of the backup is put into use. */
  readonly onPartitions: (raise: Raise) => void;
  readonly onProgress: (done: Recovered) => void;
}

export interface Recovered {
  /** Messages read from the topic. */
  messages: number;
  /** Events that the journal lacked. */
  events: number;
  /** Customers whose rows were rebuilt. */
  customers: number;
  /** Customers for whom another service had applied lost events. */
  rewound: number;
  failures: number;
}

type Fail = (customerId: number | null, reason: string) => void;

/** @throws CommandError if the service runs, the topic does not exist, or reading it stalls */
export async function recover(databases: Databases, options: RecoverOptions): Promise<Recovered> {
  const { service, kafka, topic, onFailure, onProgress } = options;
  await refuseWhileRunning(databases[service], service);
  const ends = await kafka.ends(topic);
  if (ends === null) throw new CommandError(`there is no topic ${topic}`);
  const placement = new Placement(await new Partitioning(databases[service]).read(), ends);
  const done: Recovered = { messages: 0, events: 0, customers: 0, rewound: 0, failures: 0 };
  const fail: Fail = (customerId, reason) => {
    done.failures += 1;
    onFailure(customerId, reason);
  };
  const journal = new LostEvents(databases[service]);
  const read = kafka.readTopic(topic, async (messages) => {
    const events = messages.flatMap((message) => {
      const event = wholeFromMessage(service, message);
      if (typeof event === 'string') {
        fail(null, `offset ${message.offset} of partition ${message.partition} of ${topic}: ${event}`);
        return [];
      }
      placement.add(message);
      return [event];
    });
    done.events += await journal.write(events);
    done.messages += messages.length;
    onProgress(done);
  });
  await read.catch((error: unknown) => {
    throw error instanceof SilenceError ? new CommandError(`${topic}: ${error.message}; run it again`) : error;
  });
  const raise = placement.raise();
  if (raise !== null) {
    await putIntoUse(databases[service], raise.to);
    options.onPartitions(raise);
  }
  for (const [customerId, version] of journal.early)
    fail(customerId, `events before version ${version} are neither in the journal nor on ${topic}`);
  await rebuildAll(databases, service, done, fail);
  await passOverIds(databases[service], service);
  await rewindFollowers(databases, options, done, fail);
  return done;
}

/** A process that was killed a moment ago may have left a lease that nobody renews. */
async function refuseWhileRunning(database: Database, service: Stream): Promise<void> {
  const text = 'SELECT holder FROM relay_lease WHERE until > clock_timestamp()';
  const endMs = performance.now() + LEASE_GONE_MS_MAX;
  for (;;) {
    const [lease] = await run<{ holder: string }>(sqlOf(database), text);
    if (lease === undefined) return;
    if (performance.now() > endMs)
      throw new CommandError(`${service} is running (${lease.holder}): stop all of its processes, then recover`);
    await delay(POLL_MS);
  }
}

/** Changes the number of partitions in use, under the relay's lease. */
async function putIntoUse(database: Database, partitions: number): Promise<void> {
  const lease = new Lease(database, processName());
  await lease.take();
  try {
    if (!(await new Partitioning(database).change(partitions, lease.holder)))
      throw new CommandError(
        'another process has taken the relay lease: stop all processes of the service, then recover',
      );
  } finally {
    await lease.release();
  }
}

/** Inserts the events that a journal lacks, as they are read from the topic. */
class LostEvents {
  readonly #database: Database;
  /** Events that were read before their predecessors: a customer may have changed its partition. */
  readonly #early = new Map<number, StreamEvent[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Customers with missing events, with the version after the gap. */
  get early(): readonly (readonly [number, number])[] {
    return [...this.#early].map(([customerId, events]) => [
      customerId,
      Math.min(...events.map(({ version }) => version)),
    ]);
  }

  /** Inserts the events that the journal lacks, as long as they are contiguous. @returns their number */
  async write(events: readonly StreamEvent[]): Promise<number> {
    const ofCustomers = Map.groupBy(events, (event) => event.customer_id);
    const heads = await headsOf(this.#database, [...ofCustomers.keys()]);
    const lost: StreamEvent[] = [];
    for (const [customerId, some] of ofCustomers) {
      let head = heads.get(customerId) ?? 0;
      const early: StreamEvent[] = [];
      for (const event of [...(this.#early.get(customerId) ?? []), ...some].sort((a, b) => a.version - b.version)) {
        if (event.version > head + 1) early.push(event);
        else if (event.version === head + 1) {
          lost.push(event);
          head += 1;
        }
      }
      if (early.length > 0) this.#early.set(customerId, early);
      else this.#early.delete(customerId);
    }
    await inTransaction(this.#database, (sql) => restoreEvents(sql, lost));
    return lost.length;
  }
}

/** Rebuilds the rows of all customers whose rows are behind the journal. */
async function rebuildAll(databases: Databases, service: Stream, done: Recovered, fail: Fail): Promise<void> {
  const { progressTable } = audited[service];
  const text = `SELECT customer_id, version FROM ${progressTable} WHERE customer_id = ANY($1::bigint[])`;
  for await (const ids of customerPages(databases, null)) {
    const versions = await versionsOf(databases[service], text, ids);
    for (const [customerId, head] of await headsOf(databases[service], ids)) {
      if (versions.get(customerId) === head) continue;
      try {
        await rebuildCustomer(databases[service], audited[service], customerId, journalsOf(databases, customerId));
        done.customers += 1;
      } catch (error) {
        fail(customerId, (error as Error).message);
      }
    }
  }
}

const journalsOf =
  (databases: Databases, customerId: number) =>
  async (stream: Stream): Promise<readonly StreamEvent[]> =>
    soundEvents((await readEntries(sqlOf(databases[stream]), stream, [customerId])).get(customerId) ?? []);

/** Rebuilds the rows of services that have applied more of the stream than exists. */
async function rewindFollowers(
  databases: Databases,
  { service, onLost }: RecoverOptions,
  done: Recovered,
  fail: Fail,
): Promise<void> {
  for await (const ids of customerPages(databases, null)) {
    const heads = await headsOf(databases[service], ids);
    for (const by of STREAMS.filter((other) => audited[other].model.follows.includes(service))) {
      const text = `SELECT customer_id, ${service}_applied AS version FROM ${audited[by].progressTable}
        WHERE customer_id = ANY($1::bigint[]) AND ${service}_applied > 0`;
      for (const [customerId, applied] of await versionsOf(databases[by], text, ids)) {
        const head = heads.get(customerId) ?? 0;
        if (applied <= head) continue;
        onLost(customerId, by, { head, applied });
        try {
          await rebuildCustomer(databases[by], audited[by], customerId, journalsOf(databases, customerId));
          done.rewound += 1;
        } catch (error) {
          fail(customerId, `${by}: ${(error as Error).message}`);
        }
      }
    }
  }
}

const headsOf = (database: Database, ids: readonly number[]) =>
  versionsOf(
    database,
    'SELECT customer_id, max(version) AS version FROM journal WHERE customer_id = ANY($1::bigint[]) GROUP BY 1',
    ids,
  );

/** @param text SQL for rows (customer_id, version) of customers `$1` */
async function versionsOf(database: Database, text: string, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await run<{ customer_id: string; version: string }>(sqlOf(database), text, [ids]);
  return new Map(rows.map((row) => [Number(row.customer_id), Number(row.version)]));
}

/** Skips ids, so that new rows get ids that nothing has used. */
async function passOverIds(database: Database, table: Stream): Promise<void> {
  const sequence = `pg_get_serial_sequence('${table}', 'id')`;
  const last = `greatest((SELECT coalesce(max(id), 0) FROM ${table}), nextval(${sequence}))`;
  await run(sqlOf(database), `SELECT setval(${sequence}, ${last} + $1)`, [IDS_PASSED_OVER]);
}
