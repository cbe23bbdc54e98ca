/** Methods that a path of the API does not support. */
import type { Operation } from '@mo/contracts';
import { ProblemError, routeUrl } from '@mo/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Answers every other method on the paths of some operations with a 405 that lists the allowed methods. */
export function refuseOtherMethods(app: FastifyInstance, operations: readonly Operation[]): void {
  for (const [path, known] of Map.groupBy(operations, (operation) => operation.path)) {
    const allowed: string[] = known.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const allow = allowed.sort().join(', ');
    const refuse = async ({ method }: FastifyRequest) => {
      throw new ProblemError('method_not_allowed', `${method} is not allowed here; allowed: ${allow}`, {
        headers: { allow },
      });
    };
    const method = app.supportedMethods.filter((each) => !allowed.includes(each));
    // Before the body is read: errors in it would not help the caller.
    app.route({ method, url: routeUrl(path), onRequest: refuse, handler: refuse });
  }
}
