/**
 * How many connections callers may have. What is above that is told so and ended, which costs less than a file for each;
 * and the files that the process may open are never used up by callers, so that the way to the services stays open.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { counter, endWithProblem, gauge, type Logger, type Registry, unavailable } from '@mo/service-kit';
import type { Limits } from './limits.ts';

/** Above these they are ended without a word, should they come faster than they can be told. */
const ABOVE_MAX = 500;

/** Keeps the connections of callers within their bounds. */
export function boundCallers(server: Server, limits: Limits, registry: Registry, logger: Logger): void {
  const max = Math.max(1, Math.min(limits.callersMax, openFilesMax() - limits.filesForTheRest));
  if (max < limits.callersMax) logger.info({ max }, 'fewer callers may connect, for few files may be open');
  let connected = 0;
  gauge(registry, 'gateway_callers', 'Connections of callers', [], () => connected);
  const refused = counter(registry, 'gateway_callers_refused_total', 'Connections ended because there were too many');
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
 * How many files this process may open, sockets included. Node's own report tells that, too, but only after it has looked up, and
 * waited for, the name of whatever this process is connected to.
 */
function openFilesMax(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY; // no such file here: then the system's own refusal has to do
  }
}
