import { createServer } from 'node:net';

// Below the range from which systems take the ports of outgoing connections (32768 and up on Linux), so that nobody
// is given one of these by chance between our look and our use.
const portMin = 20_000;
const portMax = 31_999;
/** Test files run in several processes at once, which don't know what the others were given: each takes from its share. */
const sharesMax = 8;
const attemptsMax = 200;
const handedOut = new Set<number>();

/** True if nothing listens on 127.0.0.1 at this port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports that are somebody's already, though nobody listens there yet: `freePort` gives none of these. */
export function keepPorts(ports: readonly number[]): void {
  for (const port of ports) handedOut.add(port);
}

/** `count` neighbouring free ports, of which no other call in this process was given one; answers the first. */
export async function freePort(count = 1): Promise<number> {
  const [min, max] = range(process.env.JEST_WORKER_ID);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const first = min + Math.floor(Math.random() * (max - min - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (ports.some((port) => handedOut.has(port))) continue;
    const free = await Promise.all(ports.map(isFree));
    if (!free.every(Boolean)) continue;
    keepPorts(ports);
    return first;
  }
  throw new Error(`no free port between ${min} and ${max} after ${attemptsMax} attempts`);
}

/** All ports, or those of one of the processes that run tests, which are numbered from 1 on. */
function range(worker: string | undefined): readonly [min: number, max: number] {
  if (worker === undefined) return [portMin, portMax];
  const size = Math.floor((portMax + 1 - portMin) / sharesMax);
  const min = portMin + ((Number(worker) - 1) % sharesMax) * size;
  return [min, min + size - 1];
}

/** A port that is needed, what for, and the variable that sets it. */
export interface NeededPort {
  port: number;
  purpose: string;
  variable: string;
}

/** Throws, naming each port that is taken and the variable that moves it. */
export async function checkPorts(needed: readonly NeededPort[]): Promise<void> {
  const free = await Promise.all(needed.map(({ port }) => isFree(port)));
  const taken = needed.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  throw new Error(
    taken
      .map(({ port, purpose, variable }) => `port ${port} for ${purpose} is taken: set ${variable} to another one`)
      .join('\n'),
  );
}

/** A port from the environment, or the default. */
export function portFrom(env: NodeJS.ProcessEnv, variable: string, fallback: number): number {
  const text = env[variable];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Error(`${variable} must be a port from 1 to 65535, not "${text}"`);
  return port;
}
