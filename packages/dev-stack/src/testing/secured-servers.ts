/**
 * A private PostgreSQL and Kafka for one test, secured as in production: services connect over TLS and authenticate
 * with a password or a certificate.
 */
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, type KeyPair, makeAuthority } from '../authority.ts';
import { freePort } from '../ports.ts';
import { newPassword } from '../servers/secrets.ts';
import { type Servers, startServers } from '../servers/start-servers.ts';
import { serverUser } from '../state-dir.ts';

/** The servers' certificate is issued for this address and for no name. */
const HOST = '127.0.0.1';
/** The package of Kafka's login modules. */
const LOGIN = 'org.apache.kafka.common.security';

export interface SecuredServers extends Servers {
  readonly authority: Authority;
  /** Kafka's listeners for authentication by password (SASL_SSL) and by certificate (SSL). */
  readonly brokers: { readonly sasl: string; readonly certificates: string };
  /** The user that Kafka accepts by password, with every mechanism. */
  readonly user: { readonly name: string; readonly password: string };
}

/**
 * Starts embedded servers. In PostgreSQL the role of payments needs a certificate with its name in addition to its
 * password; the other roles need only a password.
 */
export async function startSecuredServers(dir: string): Promise<SecuredServers> {
  const authority = await makeAuthority();
  const files = writeFiles(join(dir, 'tls'), authority, await authority.certify('server', [HOST]));
  const user = { name: 'mo', password: newPassword() };
  const [postgres, kafka, secured] = [await freePort(), await freePort(2), await freePort(2)];
  const brokers = { sasl: `${HOST}:${secured}`, certificates: `${HOST}:${secured + 1}` };
  const listeners = [
    `PLAINTEXT://${HOST}:${kafka}`,
    `CONTROLLER://${HOST}:${kafka + 1}`,
    `SASL_SSL://${brokers.sasl}`,
    `SSL://${brokers.certificates}`,
  ].join();
  const servers = await startServers({
    dir,
    fsync: false,
    env: { MO_SERVERS: 'embedded' },
    ports: { postgres, kafka },
    settings: {
      postgres: [
        'ssl=on',
        `ssl_ca_file=${files.ca}`,
        `ssl_cert_file=${files.cert}`,
        `ssl_key_file=${files.key}`,
        `hba_file=${files.hba}`,
      ],
      kafka: {
        listeners,
        'advertised.listeners': listeners,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': files.pair,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': files.ca,
        'listener.name.ssl.ssl.client.auth': 'required',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `${LOGIN}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
        'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${LOGIN}.scram.ScramLoginModule required;`,
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${LOGIN}.scram.ScramLoginModule required;`,
      },
      kafkaFormat: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user.name},password=${user.password}]`,
      ]),
    },
  });
  return { ...servers, authority, brokers, user };
}

const HBA = `
host    all postgres     ${HOST}/32 scram-sha-256
hostssl all "/^payments" ${HOST}/32 scram-sha-256 clientcert=verify-full
hostssl all all          ${HOST}/32 scram-sha-256
`;

function writeFiles(folder: string, { ca }: Authority, { cert, key }: KeyPair) {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    const user = serverUser();
    if (user) chownSync(path, user.uid, user.gid);
    return path;
  };
  return {
    ca: write('ca.crt', ca),
    cert: write('server.crt', cert),
    key: write('server.key', key),
    pair: write('server.pem', `${key}\n${cert}`),
    hba: write('pg_hba.conf', HBA),
  };
}
