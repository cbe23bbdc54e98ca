/** Paths of requests: as received, and as they may be logged. */
import type { FastifyRequest } from 'fastify';

/** The paths for operators and their tools only. */
export const OPERATOR_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/readyz/any', '/metrics']);

/** A request's path without its query. */
export const pathOf = ({ url }: FastifyRequest): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

/**
 * The path of a request if all its parameters are our own ids, because other parameters may be personal names.
 * Otherwise the pattern of the route; undefined if no route matches.
 */
export function loggedPath(request: FastifyRequest): string | undefined {
  const { url } = request.routeOptions;
  if (url === undefined) return undefined;
  const { params } = request;
  for (const name in params as Record<string, string>)
    if (!OWN_ID.test((params as Record<string, string>)[name] ?? '')) return url;
  return pathOf(request);
}

const OWN_ID = /^\d{1,15}$/;
