import { formatToken, HEADERS } from '@mo/contracts';
import type { FastifyReply } from 'fastify';
import type { Answer } from './answer.ts';

/** Sends an answer as it stands. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  reply.type(answer.status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8');
  if (answer.token !== null) reply.header(HEADERS.consistencyToken, formatToken(answer.token));
  if (answer.headers !== undefined) reply.headers(answer.headers);
  return reply.send(answer.body);
}
