/** The paths of requests: as they came, and as they may be told of. */
import type { FastifyRequest } from 'fastify';

/** What operators and their tools ask, and nobody else. */
export const OPERATOR_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/readyz/any', '/metrics']);

/** A request's path without its query. */
export const pathOf = ({ url }: FastifyRequest): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

/**
 * A path with our own ids alone: what else stands in a path may be anybody's name. It is the route's then, and where there
 * is no such route none.
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
