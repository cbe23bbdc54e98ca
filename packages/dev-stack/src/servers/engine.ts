/**
 * The docker engine, reached through testcontainers, which finds it wherever it is. It is large, so it is loaded only
 * when somebody asks. We use its client and not its containers: ours are restarted when they die, listen on this
 * machine alone, and are removed by our own guard.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient } from 'testcontainers';
import { type Log, step } from '../progress.ts';

const answerTimeoutMs = 5_000;
const removeTimeoutMs = 30_000;
const pullTimeoutMs = 15 * 60_000;

let client: Promise<ContainerRuntimeClient | undefined> | undefined;

/** The engine's client, or undefined if none answers within 5 s: one that has hung takes connections, too. */
export function engine(): Promise<ContainerRuntimeClient | undefined> {
  client ??= connect().catch(() => undefined);
  return client;
}

async function connect(): Promise<ContainerRuntimeClient | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  return Promise.race([getContainerRuntimeClient(), sleep(answerTimeoutMs, undefined, { ref: false })]);
}

/** True if a docker engine answers. */
export async function engineAnswers(): Promise<boolean> {
  return (await engine()) !== undefined;
}

/** Pulls an image that is not there. Rejects if it cannot be had. */
export async function needImage(name: string, log: Log): Promise<void> {
  const images = (await engine())!.image;
  const { ImageName } = await import('testcontainers');
  const image = ImageName.fromString(name);
  if (await images.exists(image)) return;
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('it took too long')), pullTimeoutMs);
  try {
    await step(log, `pulling the image ${name} (once)`, () => Promise.race([images.pull(image), timeout.promise]));
  } catch (error) {
    throw new Error(`the image ${name} cannot be pulled: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Removes all containers that carry the label (`name=value`), and the volumes that have no name. Rejects where no engine answers, or
 * does not remove them.
 */
export async function removeLabelled(label: string): Promise<void> {
  const docker = (await engine())?.container.dockerode;
  if (!docker) throw new Error(`no docker engine answers, to remove the containers ${label}`);
  const found = await docker.listContainers({ all: true, filters: { label: [label] } });
  const abortSignal = AbortSignal.timeout(removeTimeoutMs);
  const remove = (id: string) => docker.getContainer(id).remove({ force: true, v: true, abortSignal });
  const isGone = ({ statusCode = 0 }: { statusCode?: number }) => statusCode === 404 || statusCode === 409;
  await Promise.all(
    found.map(({ Id }) =>
      remove(Id).catch((error: Error) => {
        if (!isGone(error as { statusCode?: number })) throw error; // else it is, or is being removed
      }),
    ),
  );
}
