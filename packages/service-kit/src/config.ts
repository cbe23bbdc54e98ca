/**
 * The configuration of a process: environment variables, read and validated once, at start. For every variable NAME,
 * NAME_FILE may name a file that holds its value, because containers mount secrets as files.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { StartError } from './start-error.ts';

/** A TCP port; 0 selects any free port. */
export const port = z.coerce.number().int().min(0).max(65_535);
/** A comma-separated list with at least one item. */
export const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.length > 0, 'must name at least one');
/** One or more comma-separated origins such as http://127.0.0.1:8081, one per replica. */
export const origins = list.refine((parts) => parts.every(isOrigin), 'must be origins such as http://127.0.0.1:8081');
/** Comma-separated IP addresses and ranges such as 10.0.0.0/8. */
export const networks = list.refine(
  (parts) => parts.every(isNetwork),
  'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas',
);
/** A PostgreSQL connection string. */
export const databaseUrl = z
  .string()
  .refine((text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text), 'must be a postgres:// URL');

/** The variables that every process reads. */
export const processConfig = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The version of the running code in its metrics and traces. */
  MO_VERSION: z.string().min(1).default('dev'),
};

/** Lists the variables that are invalid or missing, with the reasons. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment once, at start. An empty variable or file counts as unset. An unset variable is read from the
 * file that its NAME_FILE names, if any; trailing white space in the file is ignored.
 *
 * @throws ConfigError that lists every variable that is invalid or missing
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

/** The environment completed by values from files, and the errors found. */
function withFiles(names: readonly string[], environment: NodeJS.ProcessEnv) {
  const values: NodeJS.ProcessEnv = { ...environment };
  const faults = new Map<string, string>();
  for (const name of names) {
    if (values[name] === '') delete values[name];
    const fileName = `${name}_FILE`;
    const file = environment[fileName];
    // A schema that declares NAME_FILE as a variable of its own reads the file itself.
    if (file === undefined || file === '' || names.includes(fileName)) continue;
    try {
      if (values[name]) throw new Error(`${name} is set too: set one of them`);
      values[name] = readFileSync(file, 'utf8').trimEnd() || undefined;
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
