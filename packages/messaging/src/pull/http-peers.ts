/**
 * Calls to the other services over HTTP: asks one replica after another until one answers. A slow replica may still
 * answer while the next one is asked, because that one may be down.
 */
import type { Stream } from '@mo/contracts';
import { Addresses, connector, type Identity, unavailable } from '@mo/service-kit';
import { Agent } from 'undici';
import { RefusedByPeerError, RemotePeers } from './remote-peers.ts';
import { startTimeLimit } from './time-limit.ts';

/** For all attempts of a call together. */
const CALL_TIMEOUT_MS = 3_000;
/** The most replicas asked: a next one once the last one has failed, or an equal share of the time has passed. */
const ATTEMPTS_MAX = 3;
const CONNECTIONS_MAX = 16;
/** A peer's answer to a request that breaks its rules. */
const REFUSED_STATUS = 400;

type Urls = Readonly<Record<string, readonly string[]>>;

interface Peer {
  readonly replicas: Addresses;
  readonly agent: Agent;
}

export class HttpPeers extends RemotePeers {
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #onCall: (peer: Stream, outcome: 'answered' | 'failed', seconds: number) => void;
  readonly #callTimeoutMs: number;
  #turn = 0;

  /**
   * @param urls the origins of each peer's replicas
   * @param identity the caller's identity, and the peers that it trusts; null if neither side authenticates
   * @param onCall called after each request to a replica
   * @param isWhole whether event data keeps fields unknown to this version, for callers that forward the events
   * @param callTimeoutMs the time limit for all attempts of a call together
   */
  constructor(
    urls: Urls,
    identity: Identity | null = null,
    onCall: (peer: Stream, outcome: 'answered' | 'failed', seconds: number) => void = () => {},
    isWhole = false,
    callTimeoutMs = CALL_TIMEOUT_MS,
  ) {
    super((peer, path, read, body) => this.#call(peer, path, read, body), isWhole);
    this.#callTimeoutMs = callTimeoutMs;
    this.#onCall = onCall;
    const open = (peer: string, origins: readonly string[]): Peer => {
      const agent = new Agent({
        connections: CONNECTIONS_MAX,
        connect: connector(identity, peer, callTimeoutMs),
        headersTimeout: callTimeoutMs,
        bodyTimeout: callTimeoutMs,
      });
      return { replicas: new Addresses(origins), agent };
    };
    this.#peers = new Map(Object.entries(urls).map(([peer, origins]) => [peer, open(peer, origins)]));
    for (const { replicas } of this.#peers.values()) void replicas.start();
  }

  async close(): Promise<void> {
    const peers = [...this.#peers.values()];
    for (const { replicas } of peers) replicas.stop();
    await Promise.all(peers.map(({ agent }) => agent.close()));
  }

  /** Asks one replica after the other. The first answer is that of the call. */
  async #call<T>(peer: Stream, path: string, read: (answer: unknown) => T, body?: unknown): Promise<T> {
    const known = this.#peers.get(peer);
    if (known === undefined) throw unavailable(`no URL of ${peer} is configured`);
    const origins = known.replicas.current;
    const attempts = Math.min(origins.length, ATTEMPTS_MAX);
    const shareMs = this.#callTimeoutMs / ATTEMPTS_MAX;
    const untilMs = performance.now() + this.#callTimeoutMs;
    this.#turn += 1;
    const turn = this.#turn;
    const asked: Promise<() => T>[] = [];
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const origin = origins[(turn + attempt) % origins.length] as string;
      // If this process stood still meanwhile, the replica still has a share.
      const limit = startTimeLimit(Math.max(shareMs, untilMs - performance.now()));
      const answer = request(known.agent, origin, path, body, limit.signal).then(read);
      asked.push(this.#outcomeOf(peer, answer).finally(() => limit.clear()));
      const outcome = await firstWithin(shareMs, asked);
      if (outcome !== null) return outcome();
    }
    const outcome = await Promise.any(asked).catch(({ errors }: AggregateError) => {
      throw unavailable(`${peer} could not be reached`, new AggregateError(errors, errors.join('; ')));
    });
    return outcome();
  }

  /** @returns a function that returns the answer, or throws if all replicas would refuse the request as this one does */
  async #outcomeOf<T>(peer: Stream, answer: Promise<T>): Promise<() => T> {
    const beganMs = performance.now();
    const observe = (outcome: 'answered' | 'failed') =>
      this.#onCall(peer, outcome, (performance.now() - beganMs) / 1_000);
    try {
      const value = await answer;
      observe('answered');
      return () => value;
    } catch (error) {
      observe('failed');
      if (!(error instanceof RefusedByPeerError)) throw error;
      return () => {
        throw error;
      };
    }
  }
}

/** @returns the first result; null once the last of them has failed, or the time is over */
async function firstWithin<T>(durationMs: number, asked: readonly Promise<T>[]): Promise<T | null> {
  const { promise: isOver, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, durationMs, null).unref();
  const hasFailed = (asked.at(-1) as Promise<T>).catch(() => null);
  return Promise.any([...asked, hasFailed, isOver]).finally(() => clearTimeout(timer));
}

async function request(
  agent: Agent,
  origin: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await agent.request({
    origin,
    path,
    signal,
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (response.statusCode === 200) return response.body.json();
  // The peer's log has the reason. Its answer is not quoted because it may name the customer.
  await response.body.dump();
  const outcome = `${origin}${path} answered ${response.statusCode}`;
  throw response.statusCode === REFUSED_STATUS ? new RefusedByPeerError(outcome) : new Error(outcome);
}
