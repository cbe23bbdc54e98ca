/**
 * `.mo/stack.json` tells other programs where everything is and which process does the work. It is written anew, as a
 * whole, whenever a pid changes, and removed at an orderly stop.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseOwner } from '../servers/databases.ts';
import { writeAtomically } from '../state-dir.ts';

export interface ReplicaEntry {
  /** Where operators ask it, and the gateway's callers call it. */
  url: string;
  /** Where it is called by who has a certificate; the gateway has none. */
  apiUrl?: string;
  pid: number | null;
}

export interface ServiceEntry extends ReplicaEntry {
  databaseUrl: string;
  /** Every process of the service, the first one included. */
  replicas: ReplicaEntry[];
}

/** A pid is that of the working process; null where a server comes from the environment or is stopped. */
export type StackFile = Record<DatabaseOwner, ServiceEntry> & {
  /** Without a `databaseUrl` it knows only the keys that it was started with. */
  gateway: ReplicaEntry & { databaseUrl?: string };
  /** Left out where there are none. */
  webhooks?: ServiceEntry;
  postgres: { pid: number | null };
  kafka: { brokers: string[]; pid: number | null };
  apiKey: string;
};

const fileOf = (dir: string) => join(dir, 'stack.json');

/** Writes the file so that a reader never sees a part of it. It holds secrets: only we can read it. */
export function writeStackFile(dir: string, stack: StackFile): void {
  writeAtomically(fileOf(dir), `${JSON.stringify(stack, null, 2)}\n`);
}

/** What runs below this folder, or undefined if nothing does. */
export function readStackFile(dir: string): StackFile | undefined {
  const path = fileOf(dir);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as StackFile) : undefined;
}

export function removeStackFile(dir: string): void {
  rmSync(fileOf(dir), { force: true });
}
