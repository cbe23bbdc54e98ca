/** Calls to the other services over HTTP: tries one replica after another until one answers. */
import type { Stream } from '@mo/contracts';
import { Addresses, connector, type Identity, unavailable } from '@mo/service-kit';
import { Agent } from 'undici';
import { RefusedByPeerError, RemotePeers } from './remote-peers.ts';
import { startTimeLimit } from './time-limit.ts';

/** For all attempts of a call together, shared equally, so that a replica that hangs leaves time for the next. */
const CALL_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 3;
const CONNECT_TIMEOUT_MS = 1_000;
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
        connect: connector(identity, peer, CONNECT_TIMEOUT_MS),
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

  /** Calls one replica after the other until one answers. */
  async #call<T>(peer: Stream, path: string, read: (answer: unknown) => T, body?: unknown): Promise<T> {
    const known = this.#peers.get(peer);
    if (known === undefined) throw unavailable(`no URL of ${peer} is configured`);
    const origins = known.replicas.current;
    const attempts = Math.min(origins.length, ATTEMPTS_MAX);
    let failure: unknown;
    this.#turn += 1;
    const turn = this.#turn;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const origin = origins[(turn + attempt) % origins.length] as string;
      const beganMs = performance.now();
      const seconds = () => (performance.now() - beganMs) / 1_000;
      const limit = startTimeLimit(this.#callTimeoutMs / attempts);
      try {
        const answer = read(await request(known.agent, origin, path, body, limit.signal));
        this.#onCall(peer, 'answered', seconds());
        return answer;
      } catch (error) {
        this.#onCall(peer, 'failed', seconds());
        // The other replicas would refuse the request, too.
        if (error instanceof RefusedByPeerError) throw error;
        failure = error;
      } finally {
        limit.clear();
      }
    }
    throw unavailable(`${peer} could not be reached`, failure);
  }
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
