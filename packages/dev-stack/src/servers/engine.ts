/**
 * The docker engine, found by testcontainers. That library is large, so it is loaded only on demand. Only its client is
 * used, not its containers: containers of a stack are restarted when they die, listen on this machine only, and are
 * removed by the guard.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient } from 'testcontainers';
import { type Log, step } from '../progress.ts';

const answerTimeoutMs = 5_000;
const removeTimeoutMs = 30_000;
const pullTimeoutMs = 15 * 60_000;

let client: Promise<ContainerRuntimeClient | undefined> | undefined;

/** The engine's client, or undefined if none responds within 5 s: a hung engine still accepts connections. */
export function engine(): Promise<ContainerRuntimeClient | undefined> {
  client ??= connect().catch(() => undefined);
  return client;
}

async function connect(): Promise<ContainerRuntimeClient | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  return Promise.race([getContainerRuntimeClient(), sleep(answerTimeoutMs, undefined, { ref: false })]);
}

export async function engineAnswers(): Promise<boolean> {
  return (await engine()) !== undefined;
}

/** Pulls an image if it is missing. Rejects if that fails. */
export async function ensureImage(name: string, log: Log): Promise<void> {
  const images = (await engine())!.image;
  const { ImageName } = await import('testcontainers');
  const image = ImageName.fromString(name);
  if (await images.exists(image)) return;
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`timed out after ${pullTimeoutMs / 60_000} min`)),
    pullTimeoutMs,
  );
  try {
    await step(log, `pulling the image ${name} (once)`, () => Promise.race([images.pull(image), timeout.promise]));
  } catch (error) {
    throw new Error(`the image ${name} cannot be pulled: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Removes all containers with the label (`name=value`), and their anonymous volumes. Rejects if no engine responds, or
 * if it fails to remove one.
 */
export async function removeLabelled(label: string): Promise<void> {
  const docker = (await engine())?.container.dockerode;
  if (!docker) throw new Error(`cannot remove the containers ${label}: no docker engine responds`);
  const abortSignal = AbortSignal.timeout(removeTimeoutMs);
  const found = await docker.listContainers({ all: true, filters: { label: [label] }, abortSignal });
  const remove = (id: string) => docker.getContainer(id).remove({ force: true, v: true, abortSignal });
  const isGone = ({ statusCode = 0 }: { statusCode?: number }) => statusCode === 404 || statusCode === 409;
  await Promise.all(
    found.map(({ Id }) =>
      remove(Id).catch((error: Error) => {
        if (!isGone(error as { statusCode?: number })) throw error; // otherwise it is removed, or being removed
      }),
    ),
  );
}
