/** What a path of the API is not for. */
import type { Operation } from '@mo/contracts';
import { ProblemError, routeUrl } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';

/** Answers every other method on the paths of some operations with a 405 that names those allowed. */
export function refuseOtherMethods(app: FastifyInstance, operations: readonly Operation[]): void {
  for (const [path, known] of Map.groupBy(operations, (operation) => operation.path)) {
    const allowed: string[] = known.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const allow = allowed.sort().join(', ');
    app.route({
      method: app.supportedMethods.filter((method) => !allowed.includes(method)),
      url: routeUrl(path),
      handler: (request) => {
        throw new ProblemError('method_not_allowed', `${request.method} is not allowed here; allowed: ${allow}`, {
          headers: { allow },
        });
      },
    });
  }
}
