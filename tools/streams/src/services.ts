/** The three services: what their tables are told by, and connections to their databases and to Kafka. */
import { STREAMS, type Stream } from '@mo/contracts';
import { customersAudited } from '@mo/customers/audit';
import { type Database, type DatabaseConnection, openDatabase } from '@mo/database';
import { loansAudited } from '@mo/loans/audit';
import {
  type Account,
  type Audited,
  type Groups,
  type Kafka,
  type KafkaConnection,
  kafkaOverKafkajs,
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

/** Opens the three databases for some work, and closes them. */
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
  const databases: Databases = {
    customers: await open('customers'),
    loans: await open('loans'),
    payments: await open('payments'),
  };
  try {
    return await work(databases);
  } finally {
    await Promise.all(STREAMS.map((stream) => databases[stream].close()));
  }
}

/** Kafka, as the services use it. */
export const kafkaOf = (connection: KafkaConnection): Kafka & Topics & Groups =>
  kafkaOverKafkajs('mo-streams', connection, logger);
