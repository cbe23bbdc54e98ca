/** Ends and replaces processes of a system under load. */
import { type DatabaseOwner, databaseOwners } from '@mo/dev-stack';
import { SteadyLoad } from './steady-load.ts';
import type { System } from './system.ts';
import { waitFor } from './wait-for.ts';

export type Service = DatabaseOwner;
export const SERVICES = databaseOwners;

export const replicasOf = ({ stack }: System, service: Service) => stack.stack()[service].replicas;

/** Ends a process by a signal, and waits until its replacement and all processes of the service receive requests. */
export async function replace(
  system: System,
  service: Service,
  place: number,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  const pid = () => replicasOf(system, service)[place]?.pid as number;
  const before = pid();
  process.kill(before, signal);
  await waitFor(() => Promise.resolve(pid() !== before));
  await waitFor(async () => {
    const all = replicasOf(system, service);
    const areUp = await Promise.all(all.map(({ url }) => isReady(url)));
    return areUp.every(Boolean) && (await readyAtGateway(system, service)) === all.length;
  });
}

/** Stops the gateway in order, and waits for its replacement. */
export async function replaceGateway({ stack }: System): Promise<void> {
  const pid = () => stack.stack().gateway.pid as number;
  const before = pid();
  process.kill(before, 'SIGTERM');
  await waitFor(() => Promise.resolve(pid() !== before));
  await waitFor(() => isReady(stack.url));
}

/** Runs work while callers continue. @returns the failures that callers saw */
export async function failuresDuring(
  { api }: System,
  callers: number,
  kinds: readonly ('keyed' | 'unkeyed')[],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const loads = kinds.map((kind) => new SteadyLoad(api, callers, kind === 'keyed'));
  try {
    await waitFor(() => Promise.resolve(loads.every(({ answered }) => answered > 0)));
    await work();
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  return loads.flatMap(({ failures }) => failures);
}

/** Whether a process reports ready. */
export const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function readyAtGateway({ api }: System, service: Service): Promise<number> {
  const { body } = await api.raw({ method: 'GET', path: '/readyz' });
  const { services } = (await body.json()) as { services: Record<Service, { ready: number }> };
  return services[service].ready;
}
