/** Identifies the caller by the headers of a request. */
import { ProblemError, unavailable } from '@mo/service-kit';
import type { FastifyRequest } from 'fastify';
import type { KeyRing } from '../keys/key-ring.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import type { Caller } from './caller.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * The caller; a promise if the lookup is asynchronous.
 *
 * @param tokens null if no tokens are accepted
 * @param missing why some keys are not known yet, so that an unknown key may be valid; null if all are known
 * @throws ProblemError unauthenticated, unavailable
 */
export function authenticate(
  ring: KeyRing,
  tokens: AccessTokens | null,
  headers: FastifyRequest['headers'],
  missing: string | null,
): Caller | Promise<Caller> {
  const credential = credentialOf(headers);
  if (credential === null) {
    throw unauthenticated('send an API key as "Authorization: Bearer <key>" or "X-API-Key: <key>"');
  }
  const caller = ring.find(credential);
  if (caller !== null) return caller;
  if (tokens?.isToken(credential) === true) return tokens.find(credential);
  if (missing !== null) throw unavailable(missing);
  throw unauthenticated('the API key is not valid');
}

function credentialOf(headers: FastifyRequest['headers']): string | null {
  const bearer = headers.authorization === undefined ? null : BEARER.exec(headers.authorization);
  if (bearer !== null) return bearer[1] ?? null;
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

const unauthenticated = (detail: string): ProblemError =>
  new ProblemError('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } });
