/**
 * Bounds the connections of callers. Excess connections receive a problem and are closed, which costs less than a file
 * descriptor for each. Callers never exhaust the file descriptors of the process, so connections to the services remain
 * possible. The connections from one address, with or without a key, are at most as many as are free then (room.ts).
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { counter, endWithProblem, gauge, type Logger, type Registry, unavailable } from '@mo/service-kit';
import type { Limits } from './limits.ts';
import { anyOf, networkOf } from './peers.ts';
import { SharedRoom } from './room.ts';

/** While this many connections get a refusal, further ones are closed without an answer. */
const REFUSALS_MAX = 500;
/** The holder of connections from trusted proxies, which stand for many callers: they may hold all places. */
const PROXIES = 'trusted proxies';

const TOO_MANY_FROM_ONE = 'too many callers are connected from this address';

/** @param trustedProxies addresses and ranges */
export function boundCallers(
  server: Server,
  limits: Limits,
  trustedProxies: readonly string[],
  registry: Registry,
  logger: Logger,
): void {
  const max = Math.max(1, Math.min(limits.callersMax, openFilesMax() - limits.filesForTheRest));
  if (max < limits.callersMax)
    logger.info({ max }, 'fewer callers may connect, because the limit of open files is low');
  const places = new SharedRoom(max);
  const isTrusted = anyOf(trustedProxies);
  let connected = 0;
  gauge(registry, 'gateway_callers', 'Connections of callers', [], () => connected);
  const refused = counter(
    registry,
    'gateway_callers_refused_total',
    'Connections of callers closed because there were too many, of all or from one address',
  );
  server.on('connection', (socket) => {
    connected += 1;
    const { remoteAddress = '' } = socket;
    const holder = isTrusted(remoteAddress) ? PROXIES : networkOf(remoteAddress);
    const free = max - places.taken;
    const hasPlace = (holder === PROXIES ? free : places.leftFor(holder)) > 0;
    if (hasPlace) places.add(holder, 1);
    socket.once('close', () => {
      connected -= 1;
      if (hasPlace) places.add(holder, -1);
    });
    if (hasPlace) return;
    refused.inc();
    if (connected - places.taken > REFUSALS_MAX) socket.destroy();
    else endWithProblem(socket, unavailable(free > 0 ? TOO_MANY_FROM_ONE : 'too many callers are connected'));
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
