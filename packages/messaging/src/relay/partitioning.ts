/**
 * Over how many partitions a service's events are spread: a number of the service's own, and not whatever Kafka has at the
 * moment. A customer's events are in one partition, so in order; with another number most customers have another one, and
 * who reads the new partition before the end of the old would have them out of order. So the number changes only by
 * `mo partitions raise`, once all has been read; partitions that somebody adds to the topic are not used before that.
 */

import { TOPIC_PARTITIONS } from '@mo/contracts';
import type { Database } from '@mo/database';
import { run, sqlOf } from '@mo/database';
import type { Kafka, Topics } from '../kafka/port.ts';

const CHOOSE = `
  WITH chosen AS (INSERT INTO partitioning (partitions) VALUES ($1) ON CONFLICT DO NOTHING RETURNING partitions)
  SELECT partitions FROM chosen UNION ALL SELECT partitions FROM partitioning`;

const CHANGE = `
  INSERT INTO partitioning (partitions) SELECT $1::integer WHERE EXISTS (SELECT 1 FROM relay_lease WHERE holder = $2)
  ON CONFLICT (singleton) DO UPDATE SET partitions = excluded.partitions RETURNING 1`;

export class Partitioning {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number in use; null where nothing was sent yet. */
  async read(): Promise<number | null> {
    const [row] = await run<{ partitions: number }>(sqlOf(this.#database), 'SELECT partitions FROM partitioning');
    return row?.partitions ?? null;
  }

  /**
   * The number in use; where nothing was sent yet, from now on as many as the topic has. A topic that has fewer was made
   * anew, after its Kafka was lost: it gets as many.
   */
  async inUse(topic: string, kafka: Topics): Promise<number> {
    const ends = await kafka.ends(topic);
    if (ends === null) throw new Error(`there is no topic ${topic} yet`);
    const partitions = (await this.read()) ?? (await this.#choose(ends.length));
    if (ends.length < partitions) await kafka.raise(topic, partitions);
    return partitions;
  }

  /** As `inUse`, for whoever sends: where the topic is missing, because it is new or was deleted, it is made first. */
  async ofSender(topic: string, kafka: Topics & Pick<Kafka, 'ensureTopics'>): Promise<number> {
    if ((await kafka.ends(topic)) === null) await kafka.ensureTopics([topic], (await this.read()) ?? TOPIC_PARTITIONS);
    return this.inUse(topic, kafka);
  }

  /** Takes a number into use, unless there is one already; answers with the one that is in use. */
  async #choose(partitions: number): Promise<number> {
    const [row] = await run<{ partitions: number }>(sqlOf(this.#database), CHOOSE, [partitions]);
    // Another process has chosen in the same moment, after this statement had begun.
    return row?.partitions ?? this.#choose(partitions);
  }

  /** Puts another number into use, if the relay's lease says so of its holder; tells whether it did. */
  async change(partitions: number, holder: string): Promise<boolean> {
    return (await run(sqlOf(this.#database), CHANGE, [partitions, holder])).length > 0;
  }
}
