/**
 * Database connections, from a URL as PostgreSQL's own programs take it. Its sslmode, sslrootcert, sslcert and sslkey
 * define how the connection is protected; PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY are their defaults. The
 * modes allow, prefer and require are refused, because they do not authenticate the server.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, certificateFault, databaseUrl, keyFault, readConfig, type TlsOptions } from '@mo/service-kit';
import { z } from 'zod';

const VARIABLES = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const;
type Parameter = keyof typeof VARIABLES;

/** Variables that a service reads in addition to its URL. The last three are file names. */
export const databaseConfig = {
  PGSSLMODE: z.string().optional(),
  PGSSLROOTCERT: z.string().optional(),
  PGSSLCERT: z.string().optional(),
  PGSSLKEY: z.string().optional(),
};
export type DatabaseConfig = z.infer<z.ZodObject<typeof databaseConfig>>;

export interface DatabaseConnection {
  /** Without parameters. */
  readonly url: string;
  /** Without it the connection is not encrypted. */
  readonly tls?: TlsOptions;
}

/** A setting, with its name for error messages. */
interface Setting {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Reads the URL in `variable` and its defaults from the environment.
 *
 * @throws ConfigError naming what is wrong or missing
 */
export function readDatabaseConnection(variable: string, environment: NodeJS.ProcessEnv): DatabaseConnection {
  const { [variable]: url } = readConfig(z.object({ [variable]: databaseUrl }), environment);
  return databaseConnection(variable, url as string, readConfig(z.object(databaseConfig), environment));
}

/**
 * @param variable the variable that contains the URL
 * @throws ConfigError naming the variable and the parameter of its URL that are wrong
 */
export function databaseConnection(variable: string, text: string, config: DatabaseConfig): DatabaseConnection {
  const url = new URL(text);
  const unknown = [...url.searchParams.keys()].find((name) => !Object.hasOwn(VARIABLES, name));
  if (unknown !== undefined) {
    throw new ConfigError(`${variable}: ${unknown} is not supported; ${Object.keys(VARIABLES).join(', ')} are`);
  }
  const settingOf = (parameter: Parameter): Setting => {
    const value = url.searchParams.get(parameter);
    return value === null
      ? { name: VARIABLES[parameter], value: config[VARIABLES[parameter]] }
      : { name: `${variable}: ${parameter}`, value };
  };
  const tls = tlsOf(settingOf('sslmode'), settingOf('sslrootcert'), settingOf('sslcert'), settingOf('sslkey'));
  url.search = '';
  return { url: url.href, ...(tls === null ? {} : { tls }) };
}

function tlsOf(mode: Setting, root: Setting, cert: Setting, key: Setting): TlsOptions | null {
  switch (mode.value) {
    case undefined: {
      const set = [root, cert, key].find(({ value }) => value !== undefined);
      if (set !== undefined) throw new ConfigError(`${set.name} is set without sslmode or PGSSLMODE: use verify-full`);
      return null;
    }
    case 'disable':
      return null;
    case 'verify-full':
      return { ...authorities(root), ...identity(cert, key) };
    case 'verify-ca':
      return { ...authorities(root), ...identity(cert, key), checkServerIdentity: () => undefined };
    default:
      throw new ConfigError(`${mode.name} must be verify-full, verify-ca or disable, not "${mode.value}"`);
  }
}

function authorities(root: Setting): TlsOptions {
  return root.value === undefined || root.value === 'system' ? {} : { ca: certificatesIn(root) };
}

function identity(cert: Setting, key: Setting): TlsOptions {
  if (cert.value === undefined && key.value === undefined) return {};
  if (cert.value === undefined) throw new ConfigError(`${cert.name} must be set too, because ${key.name} is set`);
  if (key.value === undefined) throw new ConfigError(`${key.name} must be set too, because ${cert.name} is set`);
  const pair = { cert: certificatesIn(cert), key: textIn(key) };
  const fault = keyFault(pair.cert, pair.key);
  if (fault !== null) throw new ConfigError(`${key.name}: ${key.value} ${fault}`);
  return pair;
}

function certificatesIn(file: Setting): string {
  const text = textIn(file);
  const fault = certificateFault(text);
  if (fault !== null) throw new ConfigError(`${file.name}: ${file.value} ${fault}`);
  return text;
}

function textIn({ name, value: path = '' }: Setting): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}
