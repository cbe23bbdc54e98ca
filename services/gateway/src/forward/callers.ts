/**
 * Bounds the connections of callers. Excess connections receive a problem and are closed, which costs less than a file
 * descriptor for each. Callers never exhaust the file descriptors of the process, so connections to the services remain
 * possible.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { counter, endWithProblem, gauge, type Logger, type Registry, unavailable } from '@mo/service-kit';
import type { Limits } from './limits.ts';

/** Connections beyond the maximum plus this number are closed without an answer. */
const ABOVE_MAX = 500;

export function boundCallers(server: Server, limits: Limits, registry: Registry, logger: Logger): void {
  const max = Math.max(1, Math.min(limits.callersMax, openFilesMax() - limits.filesForTheRest));
  if (max < limits.callersMax)
    logger.info({ max }, 'fewer callers may connect, because the limit of open files is low');
  let connected = 0;
  gauge(registry, 'gateway_callers', 'Connections of callers', [], () => connected);
  const refused = counter(
    registry,
    'gateway_callers_refused_total',
    'Connections of callers closed because there were too many',
  );
  server.on('connection', (socket) => {
    connected += 1;
    socket.once('close', () => {
      connected -= 1;
    });
    if (connected <= max) return;
    refused.inc();
    if (connected > max + ABOVE_MAX) socket.destroy();
    else endWithProblem(socket, unavailable('too many callers are connected'));
  });
}

/**
 * How many files this process may open, sockets included. Node's own report contains that limit, too, but first
 * resolves the host names of all open connections and waits for them.
 */
function openFilesMax(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY; // no such file on this system: the system's own limit then applies unchecked
  }
}
