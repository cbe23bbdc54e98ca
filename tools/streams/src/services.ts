/** The three services: what their tables are told by, and connections to their databases and to Kafka. */
import { CommandError } from '@mo/command';
import { STREAMS, type Stream } from '@mo/contracts';
import { customersAudited } from '@mo/customers/audit';
import { type Database, type DatabaseConnection, databaseOutage, openDatabase } from '@mo/database';
import { loansAudited } from '@mo/loans/audit';
import {
  type Account,
  type Audited,
  type Groups,
  type Kafka,
  type KafkaConnection,
  kafkaOverKafkajs,
  type TopicReader,
  type Topics,
} from '@mo/messaging';
import { paymentsAudited } from '@mo/payments/audit';
import { createLogger } from '@mo/service-kit';

export const audited: Readonly<Record<Stream, Audited<Account>>> = {
  customers: customersAudited,
  loans: loansAudited,
  payments: paymentsAudited,
};

const logger = createLogger('streams', 'silent');

export type Databases = Readonly<Record<Stream, Database>>;

/**
 * Opens the three databases for some work, and closes them.
 *
 * @throws CommandError where a database, or the Kafka that the work is about, can't be reached
 */
export async function withDatabases<T>(
  connections: Readonly<Record<Stream, DatabaseConnection>>,
  connectionsMax: number,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  const open = (stream: Stream) =>
    openDatabase({
      ...connections[stream],
      name: 'mo-streams',
      entities: [],
      migrations: [],
      connectionsMax,
      logger,
    });
  const opened: Database[] = [];
  try {
    for (const stream of STREAMS) opened.push(await open(stream));
    const [customers, loans, payments] = opened as [Database, Database, Database];
    return await work({ customers, loans, payments });
  } catch (error) {
    throw outage(error) ?? error;
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
}

/** What is away; null where the error says something else. */
function outage(error: unknown): CommandError | null {
  const { name, message } = error as Error;
  const isOfKafka = name.startsWith('KafkaJS');
  if (!isOfKafka && databaseOutage(error) === null) return null;
  return new CommandError(`${isOfKafka ? 'Kafka' : 'a database'} can not be reached: ${message}`, { cause: error });
}

/** Kafka, as the services use it. */
export const kafkaOf = (connection: KafkaConnection): Kafka & Topics & TopicReader & Groups =>
  kafkaOverKafkajs('mo-streams', connection, logger);
