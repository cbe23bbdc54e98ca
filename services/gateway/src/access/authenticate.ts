/** Identifies the caller by the headers of a request. */
import { ProblemError } from '@mo/service-kit';
import type { FastifyRequest } from 'fastify';
import type { KeyRing } from '../keys/key-ring.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import type { Caller } from './caller.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * The caller; a promise if the lookup is asynchronous.
 *
 * @param tokens null if no tokens are accepted
 * @throws ProblemError unauthenticated, unavailable
 */
export function authenticate(
  ring: KeyRing,
  tokens: AccessTokens | null,
  headers: FastifyRequest['headers'],
): Caller | Promise<Caller> {
  const credential = credentialOf(headers);
  if (credential === null) {
    throw unauthenticated('send an API key as "Authorization: Bearer <key>" or "X-API-Key: <key>"');
  }
  const caller = ring.find(credential);
  if (caller !== null) return caller;
  if (tokens?.isToken(credential) === true) return tokens.find(credential);
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
