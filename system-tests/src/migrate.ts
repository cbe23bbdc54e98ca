/** Runs the `migrate` command as a deployment does before a version starts: with nothing but the database's URL. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MadeDatabaseUrls } from '@mo/dev-stack';
import type { Service } from './replacing.ts';

/** Owners of a database. */
export type MigrationOwner = keyof MadeDatabaseUrls;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the code of a directory, by default this one. @returns its exit code and output */
export async function runMigrate(service: MigrationOwner, databaseUrl: string, code: string = ROOT) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, [`${service.toUpperCase()}_DATABASE_URL`]: databaseUrl };
  const args = ['--conditions=source', join(code, 'services', service, 'src/migrate.ts')];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return { code: 0, output: stdout };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, output: failed.stdout + failed.stderr };
  }
}

/** Migrates a service's database. @throws on failure, with the command's output */
export async function migrate(service: Service, databaseUrl: string, code: string = ROOT): Promise<void> {
  const ended = await runMigrate(service, databaseUrl, code);
  if (ended.code !== 0) throw new Error(`migrate of ${service} ended with ${ended.code}: ${ended.output}`);
}
