import { buildConnector } from 'undici';
import type { Identity } from './identity.ts';

/**
 * Creates undici's connector to a service: with a time limit and, if the service must prove its identity, with the
 * current credentials.
 *
 * @param timeoutMs the time limit of the whole connect, handshake included
 */
export function connector(identity: Identity | null, service: string, timeoutMs: number): buildConnector.connector {
  const common = { timeout: timeoutMs, allowH2: false };
  if (identity === null) return buildConnector(common);
  // No TLS session is resumed, so that each connection verifies the certificate.
  return (options, callback) => {
    const connect = buildConnector({ ...common, ...identity.towards(service), maxCachedSessions: 0 });
    connect({ ...options, servername: service }, callback);
  };
}
