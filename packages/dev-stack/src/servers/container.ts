/**
 * A container as a program to keep running: created once, and started again after a death on the same volume and port.
 * Its pid is that of its main process as seen from this machine.
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
  /** Such as `postgres`: part of the volume's name. */
  purpose: string;
  /** The stack's folder, from which the volume's name is derived. */
  dir: string;
  /** The folder for data inside the container. */
  dataPath: string;
  /** A port inside the container and the one on this machine. */
  port: { inside: number; outside: number };
  env: Record<string, string>;
  command?: string[];
  /** The signal for an orderly stop of the main process. */
  stopSignal: NodeJS.Signals;
  /** If false, the data are removed with the container. */
  keepData: boolean;
  logFile: string;
}

/** The address of the containers: this machine, unless the docker engine is remote. */
export async function containerHost(): Promise<string> {
  const host = (await engine())!.info.containerRuntime.host;
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The name of the volume for the data of a purpose, for a stack in this folder. */
export function volumeName(dir: string, purpose: string): string {
  return `mo-loans-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}-${purpose}`;
}

/**
 * Creates the container.
 *
 * @returns a function that starts it
 */
export async function makeContainer(spec: ContainerSpec, guard: Guard): Promise<() => Promise<Running>> {
  const docker = (await engine())!.container.dockerode;
  const label = `mo-loans.stack=${randomBytes(8).toString('hex')}`;
  await guard.removeContainersAtEnd(label); // before it is created, so that none can be left behind
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
  void copyLog(container, logFile, startedAt).catch(() => {}); // the log is only informative
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
 * The first process of a container ignores signals for which it has no handler, which is the case while it starts. So
 * the signal is repeated.
 */
async function stop(container: Container, stopSignal: NodeJS.Signals, gone: Promise<string>, hurry?: AbortSignal) {
  const signal = (name: NodeJS.Signals) => void container.kill({ signal: name }).catch(() => {}); // already gone
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
