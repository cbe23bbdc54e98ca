/** Calls to another service: tries one replica after the other until one answers, within one deadline. */
import type { Stream } from '@mo/contracts';
import { unavailable } from '@mo/service-kit';
import type { Random } from '../engine/random.ts';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

/** Shorter than in production, because calls that wait here only poll. */
const CALL_TIMEOUT_MS = 1_000;

export async function callPeer<T>(
  world: World,
  from: Replica,
  {
    peer,
    path,
    random,
    read,
    body,
  }: { peer: Stream; path: string; random: Random; read: (answer: unknown) => T; body: unknown },
): Promise<T> {
  const { scheduler, network } = world;
  const endUs = scheduler.nowUs + CALL_TIMEOUT_MS * 1000;
  const replicas = world.replicasOf(peer);
  const turn = random.below(replicas.length);
  let failure: unknown = null;
  for (let attempt = 0; attempt < replicas.length; attempt += 1) {
    const leftMs = (endUs - scheduler.nowUs) / 1000;
    if (leftMs <= 0) break;
    const replica = replicas[(turn + attempt) % replicas.length] as Replica;
    const caller = { owner: from.process, stream: from.stream };
    try {
      return read(await network.call(caller, replica, random, leftMs, () => replica.serve(path, body)));
    } catch (error) {
      world.checkError(error, path);
      failure = error;
    }
  }
  throw unavailable(`${peer} could not be reached`, failure);
}
