/**
 * The connection to Kafka, configured by environment variables in the terms of Kafka's own clients. A variable that is
 * set but would have no effect is refused, so that nobody relies on a protection that is not in place.
 */
import { ConfigError, certificateFault, keyFault, list, readConfig, type TlsOptions } from '@mo/service-kit';
import { z } from 'zod';

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const BROKER = /^([^\s:[\]]+|\[[^\s[\]]+\]):\d{1,5}$/;

/** The variables; each may come from a file, as NAME_FILE. */
export const kafkaConfig = {
  KAFKA_BROKERS: list.refine(
    (brokers) => brokers.every((broker) => BROKER.test(broker)),
    'must be host:port, several separated by commas',
  ),
  KAFKA_SECURITY_PROTOCOL: z.enum(PROTOCOLS).default('PLAINTEXT'),
  KAFKA_SASL_MECHANISM: z.enum(MECHANISMS).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  /** In PEM: the trusted certificate authorities, and the client's own certificate with its key. */
  KAFKA_SSL_CA: z.string().optional(),
  KAFKA_SSL_CERT: z.string().optional(),
  KAFKA_SSL_KEY: z.string().optional(),
};
export type KafkaConfig = z.infer<z.ZodObject<typeof kafkaConfig>>;

export interface KafkaConnection {
  /** As host:port. */
  readonly brokers: readonly string[];
  /** If it is undefined, the connection is not encrypted. */
  readonly tls?: TlsOptions;
  readonly sasl?: {
    readonly mechanism: (typeof MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  };
}

/** Reads only Kafka's variables from the environment. @throws ConfigError that names the wrong or missing variable */
export const readKafkaConnection = (environment: NodeJS.ProcessEnv): KafkaConnection =>
  kafkaConnection(readConfig(z.object(kafkaConfig), environment));

/** @throws ConfigError that names the variable that is missing, wrong, or set without effect */
export function kafkaConnection(config: KafkaConfig): KafkaConnection {
  const protocol = config.KAFKA_SECURITY_PROTOCOL;
  const tls = protocol.endsWith('SSL');
  const sasl = protocol.startsWith('SASL_');
  if (!tls) refuseSet(config, ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY']);
  if (!sasl) refuseSet(config, ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']);
  return {
    brokers: config.KAFKA_BROKERS,
    ...(tls ? { tls: tlsOf(config) } : {}),
    ...(sasl ? { sasl: saslOf(config) } : {}),
  };
}

function refuseSet(config: KafkaConfig, names: readonly (keyof KafkaConfig)[]): void {
  const set = names.find((name) => config[name] !== undefined);
  if (set === undefined) return;
  throw new ConfigError(`${set} is set, but KAFKA_SECURITY_PROTOCOL ${config.KAFKA_SECURITY_PROTOCOL} does not use it`);
}

function saslOf(config: KafkaConfig): NonNullable<KafkaConnection['sasl']> {
  const needed = <T>(name: keyof KafkaConfig, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new ConfigError(`${name} is not set, but KAFKA_SECURITY_PROTOCOL ${config.KAFKA_SECURITY_PROTOCOL} needs it`);
  };
  return {
    mechanism: needed('KAFKA_SASL_MECHANISM', config.KAFKA_SASL_MECHANISM),
    username: needed('KAFKA_SASL_USERNAME', config.KAFKA_SASL_USERNAME),
    password: needed('KAFKA_SASL_PASSWORD', config.KAFKA_SASL_PASSWORD),
  };
}

function tlsOf({ KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key }: KafkaConfig): TlsOptions {
  const fail = (name: keyof KafkaConfig, fault: string): never => {
    throw new ConfigError(`${name} ${fault}`);
  };
  for (const [name, pem] of [
    ['KAFKA_SSL_CA', ca],
    ['KAFKA_SSL_CERT', cert],
  ] as const) {
    const fault = pem === undefined ? null : certificateFault(pem);
    if (fault !== null) fail(name, fault);
  }
  const authorities = ca === undefined ? {} : { ca };
  if (cert === undefined && key === undefined) return authorities;
  if (cert === undefined) return fail('KAFKA_SSL_CERT', 'must be set too, because KAFKA_SSL_KEY is set');
  if (key === undefined) return fail('KAFKA_SSL_KEY', 'must be set too, because KAFKA_SSL_CERT is set');
  const fault = keyFault(cert, key);
  return fault === null ? { ...authorities, cert, key } : fail('KAFKA_SSL_KEY', fault);
}
