import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Choice, kindFile } from '../servers/choose.ts';
import { removeVolumes } from '../servers/containers.ts';
import { postgresDataDir, postgresDataDirs } from '../servers/postgres.ts';
import { passwordsFile } from '../servers/secrets.ts';

/**
 * Deletes all that a stack, or servers alone, have left, when they are stopped: their folder, PostgreSQL's data also where they are not
 * below it, and the volumes where they ran in containers.
 */
export async function removeStack(dir: string): Promise<void> {
  await removeVolumes(dir);
  for (const path of [...postgresDataDirs(dir), dir]) rmSync(path, { recursive: true, force: true });
}

/** Deletes the data of a stack, wherever they are, and leaves its API keys. Refuses where they are not ours. */
export async function deleteData(dir: string, choice: Choice): Promise<void> {
  if (choice.postgres.kind === 'environment' || choice.kafka.kind === 'environment')
    throw new Error(
      '--fresh deletes data, and these servers come from the environment: empty them yourself, or leave it out',
    );
  await removeVolumes(dir);
  for (const path of [postgresDataDir(dir), join(dir, 'kafka'), passwordsFile(dir), kindFile(dir)])
    rmSync(path, { recursive: true, force: true });
}
