/**
 * The number of partitions over which a service's events are spread. The service stores this number; it doesn't use the
 * topic's current partition count. All events of a customer are in one partition, so they are in order. A different
 * number moves most customers to another partition, and a consumer that reads the new partition before the end of the
 * old one gets their events out of order. So the number changes only through `mo partitions raise`, once all events
 * have been read. Partitions added to the topic by other means are not used before that.
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

  /** The number in use; null if nothing was sent yet. */
  async read(): Promise<number | null> {
    const [row] = await run<{ partitions: number }>(sqlOf(this.#database), 'SELECT partitions FROM partitioning');
    return row?.partitions ?? null;
  }

  /**
   * The number in use. If nothing was sent yet, the topic's partition count becomes the number in use. A topic with
   * fewer partitions was recreated after its Kafka was lost, so its count is raised to the number in use.
   */
  async inUse(topic: string, kafka: Topics): Promise<number> {
    const ends = await kafka.ends(topic);
    if (ends === null) throw new Error(`there is no topic ${topic} yet`);
    const partitions = (await this.read()) ?? (await this.#choose(ends.length));
    if (ends.length < partitions) await kafka.raise(topic, partitions);
    return partitions;
  }

  /** Like `inUse`, for senders: creates the topic first if it is missing (new or deleted). */
  async ofSender(topic: string, kafka: Topics & Pick<Kafka, 'ensureTopics'>): Promise<number> {
    if ((await kafka.ends(topic)) === null) await kafka.ensureTopics([topic], (await this.read()) ?? TOPIC_PARTITIONS);
    return this.inUse(topic, kafka);
  }

  /** Stores a number unless one is stored already; returns the number in use. */
  async #choose(partitions: number): Promise<number> {
    const [row] = await run<{ partitions: number }>(sqlOf(this.#database), CHOOSE, [partitions]);
    // No row: another process stored a number after this statement's snapshot was taken.
    return row?.partitions ?? this.#choose(partitions);
  }

  /** Changes the number in use, provided that `holder` has the relay's lease; returns whether it changed. */
  async change(partitions: number, holder: string): Promise<boolean> {
    return (await run(sqlOf(this.#database), CHANGE, [partitions, holder])).length > 0;
  }
}
