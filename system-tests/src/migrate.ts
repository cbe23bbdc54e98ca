/** The services' command `migrate`, as it runs before a version starts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Service } from './replacing.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Migrates a service's database; with the code of a folder, or that of this one. */
export async function migrate(service: Service, databaseUrl: string, code: string = ROOT): Promise<void> {
  const env = { ...process.env, [`${service.toUpperCase()}_DATABASE_URL`]: databaseUrl };
  const args = ['--conditions=source', join(code, 'services', service, 'src/migrate.ts')];
  await promisify(execFile)(process.execPath, args, { env });
}
