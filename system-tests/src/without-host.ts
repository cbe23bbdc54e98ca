/** Processes without HOST in their environment, and a probe of addresses that accept connections. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { StackOptions } from '@mo/dev-stack';

const SERVICES = new URL('../../services/', import.meta.url);

/**
 * Gives a stack entry points that remove HOST, which the stack sets for every process, from the environment.
 *
 * @param dir a directory for the test's files
 */
export function withoutHost(dir: string): NonNullable<StackOptions['mainOf']> {
  mkdirSync(dir, { recursive: true });
  return (service) => {
    const file = join(dir, `${service}-main.mjs`);
    const main = new URL(`${service}/src/main.ts`, SERVICES).href;
    writeFileSync(file, `delete process.env.HOST;\nawait import(${JSON.stringify(main)});\n`);
    return file;
  };
}

/** Whether a local port accepts connections at an address. */
export async function isReached(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    return false;
  } finally {
    socket.destroy();
  }
}
