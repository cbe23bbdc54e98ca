/** The three services: the models that rebuild their tables, and connections to their databases and Kafka. */
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
 * Opens the three databases for some work, and closes them afterwards.
 *
 * @throws CommandError if a database, or the Kafka that the work needs, can't be reached
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

/** The error as an outage of a server; null for other errors. */
function outage(error: unknown): CommandError | null {
  const { name, message } = error as Error;
  const isOfKafka = name.startsWith('KafkaJS');
  if (!isOfKafka && databaseOutage(error) === null) return null;
  return new CommandError(`${isOfKafka ? 'Kafka' : 'a database'} cannot be reached: ${message}`, { cause: error });
}

/** Kafka, as the services use it. */
export const kafkaOf = (connection: KafkaConnection): Kafka & Topics & TopicReader & Groups =>
  kafkaOverKafkajs('mo-streams', connection, logger);
