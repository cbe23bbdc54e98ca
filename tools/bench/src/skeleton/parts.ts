/** Building blocks of the skeleton's processes, from the services' own libraries. */
import { TOPIC_PARTITIONS } from '@mo/contracts';
import { type Database, openDatabase } from '@mo/database';
import { type Kafka, kafkaOverKafkajs, readKafkaConnection } from '@mo/messaging';
import { BatchQueue, createLogger, systemClock } from '@mo/service-kit';
import type { Paid } from './pay.ts';

/** The environment variables that name the skeleton's database and topic. */
export const DATABASE_VARIABLE = 'SKELETON_DATABASE_URL';
export const TOPIC_VARIABLE = 'SKELETON_TOPIC';

const CONNECTIONS_MAX = 2;
const BATCH_MAX = 512;
const QUEUE_MAX = 8_192;
const GATHERING = { clock: systemClock, itemsMin: 3, pauseMs: 2, waitMsMax: 8 };

export interface Parts {
  readonly database: Database;
  readonly kafka: Kafka;
  readonly topic: string;
}

/** Connects a process to the skeleton's database and topic; creates the topic if missing. */
export async function openParts(name: string): Promise<Parts> {
  const { [DATABASE_VARIABLE]: url = '', [TOPIC_VARIABLE]: topic = '' } = process.env;
  const logger = createLogger(`skeleton-${name}`, 'warn');
  const options = { entities: [], migrations: [], connectionsMax: CONNECTIONS_MAX, logger };
  const database = await openDatabase({ url, name: `skeleton-${name}`, ...options });
  const kafka = kafkaOverKafkajs(`skeleton-${name}`, readKafkaConnection(process.env), logger);
  await kafka.ensureTopics([topic], TOPIC_PARTITIONS);
  return { database, kafka, topic };
}

/** Items that arrive during a transaction wait for the next one. */
export const inBatches = <Item, Result>(run: (items: Item[]) => Promise<Result[]>): BatchQueue<Item, Result> =>
  new BatchQueue({ run, weightMax: BATCH_MAX, queueWeightMax: QUEUE_MAX, gathering: GATHERING });

/** Applies payments from the topic, one transaction per fetch. @returns where they are written */
export async function follow(
  name: string,
  apply: (database: Database, payments: readonly Paid[]) => Promise<void>,
): Promise<Database> {
  const { database, kafka, topic } = await openParts(name);
  const queue = inBatches<Paid[], null>(async (fetched) => {
    await apply(database, fetched.flat());
    return fetched.map(() => null);
  });
  await kafka.subscribe(`${topic}.${name}`, [topic], async (messages) => {
    await queue.submit(messages.map(({ value }) => JSON.parse(value ?? '') as Paid));
  });
  return database;
}
