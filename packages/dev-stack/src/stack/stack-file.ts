/**
 * `.mo/stack.json` describes the running stack to other programs: URLs, process ids and credentials. The whole file is
 * replaced whenever a pid changes, and removed at the end, by the guard if the supervisor is killed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseOwner } from '../servers/databases.ts';
import { isObject, readJson, writeAtomically } from '../state-dir.ts';

export interface ReplicaEntry {
  /** The URL for operators; for the gateway, also the URL of the API. */
  url: string;
  /** The URL for callers with a client certificate; absent for the gateway. */
  apiUrl?: string;
  pid: number | null;
}

export interface ServiceEntry extends ReplicaEntry {
  databaseUrl: string;
  /** Every process of the service, including the first one. */
  replicas: ReplicaEntry[];
}

/** A pid is null if a server is configured by the environment or is stopped. */
export type StackFile = Record<DatabaseOwner, ServiceEntry> & {
  /** Without a `databaseUrl` the gateway accepts only the keys that it was started with. */
  gateway: ReplicaEntry & { databaseUrl?: string };
  /** Absent if the service does not run. */
  webhooks?: ServiceEntry;
  postgres: { pid: number | null };
  kafka: { brokers: string[]; pid: number | null };
  apiKey: string;
};

/** The path of the file for the stack in this folder. */
export const stackFileOf = (dir: string): string => join(dir, 'stack.json');

/** Writes the file atomically. It contains secrets, so only its owner can read it. */
export function writeStackFile(dir: string, stack: StackFile): void {
  writeAtomically(stackFileOf(dir), `${JSON.stringify(stack, null, 2)}\n`);
}

/**
 * The stack that runs in this folder, or undefined if none does.
 *
 * @throws Error if the file is damaged
 */
export function readStackFile(dir: string): StackFile | undefined {
  const isStackFile = (value: unknown): value is StackFile => isObject(value);
  return readJson(stackFileOf(dir), isStackFile, 'remove it, or restart the stack, which writes it');
}

export function removeStackFile(dir: string): void {
  rmSync(stackFileOf(dir), { force: true });
}
