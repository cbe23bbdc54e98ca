/**
 * A container as something to keep running: made at the first start, started again after a death, on the same volume
 * and port. Its pid is that of its main process as this machine sees it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Container, ContainerCreateOptions } from 'dockerode';
import type { Guard, Running } from '../processes/guard.ts';
import { climb, type Ladder } from '../processes/ladder.ts';
import { engine } from './engine.ts';

const stopTimeoutMs = 15_000;
const stopSignalEveryMs = 1_000;

export interface ContainerSpec {
  image: string;
  /** As `postgres`: for the names of volume and log. */
  purpose: string;
  /** The stack's folder, after which the volume is named. */
  dir: string;
  /** Where the data are inside. */
  dataPath: string;
  /** A port inside and the one on this machine. */
  port: { inside: number; outside: number };
  env: Record<string, string>;
  command?: string[];
  /** What asks the main process to stop in order. */
  stopSignal: NodeJS.Signals;
  /** False: the data go with the container. */
  keepData: boolean;
  logFile: string;
}

/** The address at which containers are reached: this machine, unless the engine is elsewhere. */
export async function containerHost(): Promise<string> {
  const host = (await engine())!.info.containerRuntime.host;
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The volume that holds the data of a purpose, for a stack in this folder. */
export function volumeName(dir: string, purpose: string): string {
  return `mo-loans-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}-${purpose}`;
}

/** Makes the container and answers how to start it. */
export async function makeContainer(spec: ContainerSpec, guard: Guard): Promise<() => Promise<Running>> {
  const docker = (await engine())!.container.dockerode;
  const label = `mo-loans.stack=${randomBytes(8).toString('hex')}`;
  await guard.removeContainersAtEnd(label); // before there is one, so that none can be left behind
  const container = await docker.createContainer(await createOptions(spec, label));
  return () => start(container, spec);
}

async function createOptions(spec: ContainerSpec, label: string): Promise<ContainerCreateOptions> {
  const inside = `${spec.port.inside}/tcp`;
  const host = await containerHost();
  const isAddress = /^[\d.]+$/.test(host);
  const [name, value] = label.split('=') as [string, string];
  return {
    Image: spec.image,
    Labels: { [name]: value },
    Env: Object.entries(spec.env).map(([key, text]) => `${key}=${text}`),
    ...(spec.command && { Cmd: spec.command }),
    ExposedPorts: { [inside]: {} },
    HostConfig: {
      PortBindings: { [inside]: [{ HostIp: isAddress ? host : '', HostPort: String(spec.port.outside) }] },
      ...(spec.keepData && { Binds: [`${volumeName(spec.dir, spec.purpose)}:${spec.dataPath}`] }),
    },
  };
}

async function start(container: Container, { logFile, stopSignal }: ContainerSpec): Promise<Running> {
  await container.start();
  const startedAt = Math.floor(Date.now() / 1000) - 1;
  const { State } = await container.inspect();
  const gone = container.wait().then(
    ({ StatusCode }: { StatusCode: number }) => `exited with ${StatusCode}`,
    (error: Error) => `was lost (${error.message})`,
  );
  void copyLog(container, logFile, startedAt).catch(() => {}); // only for people to read
  return { pid: State.Pid, gone, stop: (hurry) => stop(container, stopSignal, gone, hurry) };
}

async function copyLog(container: Container, logFile: string, since: number) {
  const log = await container.logs({ follow: true, stdout: true, stderr: true, since });
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  container.modem.demuxStream(log, file, file);
  log.on('end', () => file.end());
  log.on('error', () => file.end());
}

/**
 * The first process of a container ignores a signal that it has no handler for, as it has none while it starts. So it
 * is asked again and again.
 */
async function stop(container: Container, stopSignal: NodeJS.Signals, gone: Promise<string>, hurry?: AbortSignal) {
  const signal = (name: NodeJS.Signals) => void container.kill({ signal: name }).catch(() => {}); // gone by itself
  const kill = () => signal('SIGKILL');
  if (hurry?.aborted) kill();
  else hurry?.addEventListener('abort', kill, { once: true });
  await climb(stopLadder(stopSignal), signal, gone);
  hurry?.removeEventListener('abort', kill);
}

function stopLadder(signal: NodeJS.Signals): Ladder {
  const times = Array.from({ length: stopTimeoutMs / stopSignalEveryMs }, (_, index) => index * stopSignalEveryMs);
  return [...times.map((afterMs) => ({ signal, afterMs })), { signal: 'SIGKILL', afterMs: stopTimeoutMs }];
}
