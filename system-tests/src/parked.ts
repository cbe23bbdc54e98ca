/** Keeps services of a system stopped while work is done: processes that do nothing take their place. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackOptions } from '@mo/dev-stack';
import { isReady, type Service } from './replacing.ts';
import type { System } from './system.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARKED = fileURLToPath(new URL('./parked-main.ts', import.meta.url));

type Parkable = Service | 'webhooks';

const replicasOf = ({ stack }: System, service: Parkable) => stack.stack()[service]?.replicas ?? [];

export class Parked {
  readonly #parked = new Set<string>();

  /** For the options of the system. */
  readonly mainOf: StackOptions['mainOf'] = (service) =>
    this.#parked.has(service) ? PARKED : join(ROOT, 'services', service, 'src/main.ts');

  /** Runs work while all processes of these services are stopped, and waits until they are ready again. */
  async during(system: System, services: readonly Parkable[], work: () => Promise<void>): Promise<void> {
    for (const service of services) this.#parked.add(service);
    try {
      await startAgain(system, services);
      await work();
    } finally {
      this.#parked.clear();
      await startAgain(system, services);
    }
    const replicas = services.flatMap((service) => replicasOf(system, service));
    for (const { url } of replicas) await waitFor(() => isReady(url));
  }
}

/** Ends all processes of services, and waits for their replacements. */
const startAgain = (system: System, services: readonly Parkable[]) =>
  Promise.all(
    services.flatMap((service) =>
      replicasOf(system, service).map(async ({ pid: before }, place) => {
        process.kill(before as number, 'SIGKILL');
        await waitFor(async () => ![null, undefined, before].includes(replicasOf(system, service)[place]?.pid));
      }),
    ),
  );
