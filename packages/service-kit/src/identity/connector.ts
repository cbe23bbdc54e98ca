import { buildConnector } from 'undici';
import type { Identity } from './identity.ts';

/**
 * How undici connects to a service: within this time, and where it must be known by its certificate, with the
 * credentials of the moment.
 *
 * @param timeoutMs for the whole of it, handshake included
 */
export function connector(identity: Identity | null, service: string, timeoutMs: number): buildConnector.connector {
  const common = { timeout: timeoutMs, allowH2: false };
  if (identity === null) return buildConnector(common);
  // No session is taken up again: that a certificate is believed is looked at for each connection.
  return (options, callback) => {
    const connect = buildConnector({ ...common, ...identity.towards(service), maxCachedSessions: 0 });
    connect({ ...options, servername: service }, callback);
  };
}
