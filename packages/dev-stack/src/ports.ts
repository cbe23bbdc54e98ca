import { createServer } from 'node:net';

// Below the ephemeral port range (32768 and up on Linux), so that no outgoing connection takes a port between the check
// and its use.
const portMin = 20_000;
const portMax = 31_999;
/** Jest workers do not know each other's ports, so each worker uses its own share of the range. */
const sharesMax = 8;
const attemptsMax = 200;
const highestPort = 65_535;
const handedOut = new Set<number>();

const localhost = '127.0.0.1';

/** True if nothing listens on 127.0.0.1 at this port. */
export const isFree = async (port: number): Promise<boolean> => (await whyNot(port, localhost)) === null;

/** The system's error code if the port cannot be listened on, else null. */
function whyNot(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Reserves ports on which nothing listens yet, so that `freePort` does not return them. */
export function keepPorts(ports: readonly number[]): void {
  for (const port of ports) handedOut.add(port);
}

/** Reserves `count` consecutive free ports that no other call in this process has got, and returns the first. */
export async function freePort(count = 1): Promise<number> {
  const [min, max] = portRange(process.env.JEST_WORKER_ID);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const first = min + Math.floor(Math.random() * (max - min - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (ports.some((port) => handedOut.has(port))) continue;
    // Before the check, so that no other call checks them meanwhile.
    keepPorts(ports);
    const free = await Promise.all(ports.map((port) => isFree(port)));
    if (free.every(Boolean)) return first;
    for (const port of ports) handedOut.delete(port);
  }
  throw new Error(`no free port between ${min} and ${max} after ${attemptsMax} attempts`);
}

/** The whole range, or the share of one jest worker, numbered from 1. */
function portRange(worker: string | undefined): readonly [min: number, max: number] {
  if (worker === undefined) return [portMin, portMax];
  const size = Math.floor((portMax + 1 - portMin) / sharesMax);
  const min = portMin + ((Number(worker) - 1) % sharesMax) * size;
  return [min, min + size - 1];
}

/** A required port, its purpose, and the variable that sets it. */
export interface NeededPort {
  port: number;
  purpose: string;
  variable: string;
  /** The address to listen on, from HOST; 127.0.0.1 by default. */
  host?: string;
}

/** @throws Error naming each port that cannot be listened on and the variable that changes it */
export async function checkPorts(needed: readonly NeededPort[]): Promise<void> {
  const faults = (await Promise.all(needed.map(faultOf))).filter((fault) => fault !== null);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

async function faultOf({ port, purpose, variable, host = localhost }: NeededPort): Promise<string | null> {
  if (port > highestPort) return `port ${port} for ${purpose} is above ${highestPort}: set ${variable} to a lower one`;
  const why = await whyNot(port, host);
  if (why === null) return null;
  if (why !== 'EADDRINUSE' && why !== 'EACCES')
    return `HOST must be an address of this machine, not "${host}" (${why})`;
  const what = why === 'EADDRINUSE' ? 'is taken' : 'is not allowed for this user';
  return `port ${port} for ${purpose} ${what}: set ${variable} to another one`;
}

/** @throws Error naming the variable if its value is not a port */
export function portFrom(env: NodeJS.ProcessEnv, variable: string, fallback: number): number {
  const text = env[variable];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > highestPort)
    throw new Error(`${variable} must be a port from 1 to 65535, not "${text}"`);
  return port;
}
