import { ProblemError } from '@mo/service-kit';
import type { FastifyRequest } from 'fastify';
import type { KeyRing } from './key-ring.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Who calls, where the key is valid and has not used up its rate.
 *
 * @returns the id of the key
 * @throws ProblemError unauthenticated, rate_limited
 */
export function authenticate(ring: KeyRing, headers: FastifyRequest['headers']): string {
  const key = keyOf(headers);
  if (key === null) throw unauthenticated('send an API key as "Authorization: Bearer <key>" or "X-API-Key: <key>"');
  const caller = ring.find(key);
  if (caller === null) throw unauthenticated('the API key is not valid');
  const waitMs = caller.bucket?.take(performance.now()) ?? 0;
  if (waitMs > 0) throw rateLimited(caller.bucket?.rate ?? 0, waitMs);
  return caller.id;
}

function keyOf(headers: FastifyRequest['headers']): string | null {
  const bearer = headers.authorization === undefined ? null : BEARER.exec(headers.authorization);
  if (bearer !== null) return bearer[1] ?? null;
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

const unauthenticated = (detail: string): ProblemError =>
  new ProblemError('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } });

const rateLimited = (rate: number, waitMs: number): ProblemError =>
  new ProblemError('rate_limited', `this key may call ${rate} times a second`, {
    headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
  });
