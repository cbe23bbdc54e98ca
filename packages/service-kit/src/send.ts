import { formatToken, HEADERS, type ProblemCode } from '@mo/contracts';
import type { FastifyReply } from 'fastify';
import type { Answer } from './answer.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The code of the problem in the answer, for logs, metrics and traces; null if the answer is none. */
    problem: ProblemCode | null;
    /** Whether a refusal is usual, so that it deserves no warning. */
    isExpected: boolean;
  }
}

/** Sends an answer unchanged. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  reply.problem = answer.problem ?? null;
  reply.type(answer.status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8');
  if (answer.token !== null) reply.header(HEADERS.consistencyToken, formatToken(answer.token));
  if (answer.headers !== undefined) reply.headers(answer.headers);
  return reply.send(answer.body);
}
