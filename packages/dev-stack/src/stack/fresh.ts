import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Choice, kindFile } from '../servers/choose.ts';
import { removeVolumes } from '../servers/containers.ts';
import { postgresDataDir, postgresDataDirs } from '../servers/postgres.ts';
import { passwordsFile } from '../servers/secrets.ts';

/**
 * Deletes everything that a stopped stack, or stopped servers alone, have left: the folder, PostgreSQL's data if they
 * are outside the folder, and the volumes of containers.
 */
export async function removeStack(dir: string): Promise<void> {
  await removeVolumes(dir);
  for (const path of [...postgresDataDirs(dir), dir]) rmSync(path, { recursive: true, force: true });
}

/**
 * Deletes the data of a stack, wherever they are, but keeps its API keys.
 *
 * @throws Error if a server is configured by the environment
 */
export async function deleteData(dir: string, choice: Choice): Promise<void> {
  if (choice.postgres.kind === 'environment' || choice.kafka.kind === 'environment')
    throw new Error(
      '--fresh deletes data, but these servers are configured by the environment: empty them yourself, or omit --fresh',
    );
  await removeVolumes(dir);
  for (const path of [postgresDataDir(dir), join(dir, 'kafka'), passwordsFile(dir), kindFile(dir)])
    rmSync(path, { recursive: true, force: true });
}
