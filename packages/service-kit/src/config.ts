/**
 * The configuration of a process: environment variables, read and checked once, at start. What is secret may come from
 * a file instead, as secrets are mounted into containers: for every variable NAME, NAME_FILE may name a file that holds
 * its value.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';

/** A TCP port; 0 takes any that is free. */
export const port = z.coerce.number().int().min(0).max(65_535);
/** A list separated by commas, of at least one. */
export const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.length > 0, 'must name at least one');
/** One or several origins such as http://127.0.0.1:8081, one a replica, separated by commas. */
export const origins = list.refine((parts) => parts.every(isOrigin), 'must be origins such as http://127.0.0.1:8081');
/** IP addresses and ranges of them, such as 10.0.0.0/8, separated by commas. */
export const networks = list.refine(
  (parts) => parts.every(isNetwork),
  'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas',
);
/** A PostgreSQL connection string. */
export const databaseUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text), 'must be a postgres:// URL');

/** What every process reads. */
export const processConfig = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** What is told of the running code by its metrics and traces. */
  MO_VERSION: z.string().min(1).default('dev'),
};

/** Says which variables are wrong or missing, and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment once, at start. A variable that is empty counts as unset. One that is unset is read from the file
 * that its NAME_FILE names, if there is one; white space at the file's end doesn't count.
 *
 * @throws ConfigError that names every variable that is wrong or missing
 */
export function readConfig<T extends z.ZodObject>(schema: T, environment: NodeJS.ProcessEnv = process.env): z.infer<T> {
  const { values, faults } = withFiles(Object.keys(schema.shape), environment);
  const result = schema.safeParse(values);
  if (result.success && faults.size === 0) return result.data;
  for (const issue of result.error?.issues ?? []) {
    const name = issue.path.join('.');
    const fault = values[name] === undefined && name !== '' ? `${name} is not set` : `${name}: ${issue.message}`;
    if (!faults.has(name)) faults.set(name, fault);
  }
  throw new ConfigError(`The configuration is wrong:\n  ${[...faults.values()].join('\n  ')}`);
}

/** The environment with what its files hold, and what is wrong with them. */
function withFiles(names: readonly string[], environment: NodeJS.ProcessEnv) {
  const values: NodeJS.ProcessEnv = { ...environment };
  const faults = new Map<string, string>();
  for (const name of names) {
    if (values[name] === '') delete values[name];
    const fileName = `${name}_FILE`;
    const file = environment[fileName];
    // A schema that knows the file's name itself reads the file itself.
    if (file === undefined || file === '' || names.includes(fileName)) continue;
    try {
      if (values[name]) throw new Error(`${name} is set too: set one of them`);
      values[name] = readFileSync(file, 'utf8').trimEnd();
    } catch (error) {
      faults.set(name, `${fileName}: ${(error as Error).message}`);
    }
  }
  return { values, faults };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol) && new URL(text).origin === text;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] as number;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}
