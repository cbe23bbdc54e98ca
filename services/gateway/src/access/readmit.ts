/** Identifies the caller of a long request again and again: a key may be revoked, or expire, while it is under way. */
import { ProblemError } from '@mo/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireScope } from './caller.ts';
import type { Access } from './open-access.ts';

/**
 * Calls back with the problem when the caller of a request would not be admitted any more. While that cannot be told,
 * because a provider of tokens is unavailable, the caller stays admitted.
 *
 * @param everyMs the time between two checks
 */
export function whenNoLongerAdmitted(
  access: Access,
  request: FastifyRequest,
  { raw: response }: FastifyReply,
  everyMs: number,
  refuse: (problem: ProblemError) => void,
): void {
  const { operation } = request.routeOptions.config;
  const check = async () => {
    try {
      const caller = await access.identify(request.headers);
      if (operation !== undefined) requireScope(caller, operation.scope);
    } catch (error) {
      if (error instanceof ProblemError && error.code !== 'unavailable') refuse(error);
    }
    if (!response.closed) timer = setTimeout(() => void check(), everyMs).unref();
  };
  let timer = setTimeout(() => void check(), everyMs).unref();
  response.once('close', () => clearTimeout(timer));
}
