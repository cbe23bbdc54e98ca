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
/** A PostgreSQL connection string. */
export const databaseUrl = z.string().regex(/^postgres(ql)?:\/\/.+/, 'must be a postgres:// URL');

/** What every process reads. */
export const processConfig = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
};

/** Says which variables are wrong or missing, and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment once, at start.
 *
 * @throws ConfigError that names every variable that is wrong or missing
 */
export function readConfig<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv = process.env): z.infer<T> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return environment[name] === undefined && name !== '' ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigError(`The configuration is wrong:\n  ${lines.join('\n  ')}`);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol) && new URL(text).origin === text;
}
