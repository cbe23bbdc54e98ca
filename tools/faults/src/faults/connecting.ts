/** How PostgreSQL and Kafka are reached, and how a database comes to its version. */
import { type Fault, servers, unit } from '../fault.ts';

export const connecting: readonly Fault[] = [
  {
    id: 'any-authority',
    file: 'packages/database/src/database.ts',
    replace: 'ssl: tls ?? false,',
    by: 'ssl: tls === undefined ? false : { ...tls, rejectUnauthorized: false },',
    breaks: 'whoever answers in the place of PostgreSQL is believed',
    check: servers('packages/messaging/test/secured-servers'),
  },
  {
    id: 'any-name',
    file: 'packages/database/src/connection.ts',
    replace: 'return { ...authorities(root), ...identity(cert, key) };',
    by: 'return { ...authorities(root), ...identity(cert, key), checkServerIdentity: () => undefined };',
    breaks: 'verify-full believes a server under any name',
    check: servers('packages/messaging/test/secured-servers'),
  },
  {
    id: 'own-certificate-forgotten',
    file: 'packages/messaging/src/kafka/connection.ts',
    replace: '{ ...authorities, cert, key } :',
    by: 'authorities :',
    breaks: 'brokers that ask for a certificate let nobody in',
    check: servers('packages/messaging/test/secured-servers'),
  },
  {
    id: 'useless-password-taken',
    file: 'packages/messaging/src/kafka/connection.ts',
    replace: 'if (!sasl) refuseSet(',
    by: 'if (!sasl && tls) refuseSet(',
    breaks: 'a password is set, and all goes in the clear without it',
    check: unit('packages/messaging/test/connections'),
  },
  {
    id: 'migration-cut-short',
    file: 'packages/database/src/migration.ts',
    replace: 'statementTimeoutMs: 0,',
    by: '',
    breaks: 'a migration of a large table is ended after ten seconds',
    check: servers('packages/database/test/database'),
  },
  {
    id: 'sent-where-nobody-hears',
    file: 'packages/messaging/src/kafka/lost-connection.ts',
    replace: 'if (error instanceof kafkajs.KafkaJSRequestTimeoutError)',
    by: 'if (error === undefined)',
    breaks: 'what had no answer from Kafka is sent again where nobody hears it',
    check: servers('packages/messaging/test/lost-connections'),
  },
  {
    id: 'group-waits-a-minute',
    file: 'packages/messaging/src/kafka/kafkajs-subscription.ts',
    replace: 'rebalanceTimeout: SESSION_TIMEOUT_MS,',
    by: '',
    breaks: 'a connection that is lost while a member joins keeps all of its group from reading for a minute',
    check: servers('packages/messaging/test/lost-connections'),
  },
];
