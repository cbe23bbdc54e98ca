/**
 * One process of a service. Two sources tell whether it is usable: its readiness is probed continuously, and a call
 * that cannot reach it marks it down at once, until a probe finds it ready again.
 */
import { Readable } from 'node:stream';
import type { ServiceName } from '@mo/contracts';
import { type Call, type CallHandler, MuxClient, RollingMap } from '@mo/mux';
import { connector, type Identity, LastingFailure, type Logger, systemClock } from '@mo/service-kit';
import { Client, Pool } from 'undici';
import type { Limits } from './limits.ts';

/** `slow`: the readiness probe timed out. Such a replica is used only if no ready one is left. */
export type ReplicaState = 'ready' | 'slow' | 'down';

/** Calls are multiplexed. Uploads have their own connections, so that slow uploads never delay calls. */
export type Traffic = 'calls' | 'uploads';

/** A request that a process answers at once, whatever its load. */
const SIGN_OF_LIFE: Call = { method: 'GET', path: '/livez', headers: [], body: null };

/** The request to forward. The body of an upload is a stream; the body of a call is complete. */
export type Outgoing = Omit<Call, 'body'> & { readonly body: Uint8Array | Readable | null };

const isWhole = (call: Outgoing): call is Call => !(call.body instanceof Readable);

/** A call in flight at a replica. */
export interface UnderWay extends CallHandler {
  /** Unique among all calls of this process. */
  readonly number: number;
  /** Aborts the attempt if the call may be sent to another replica. */
  abandon(): void;
}

/** Settings shared by the connections to all replicas of a service. */
export interface Way {
  readonly service: ServiceName;
  /** The gateway's identity towards the replicas; null where neither side has to prove its identity. */
  readonly identity: Identity | null;
  readonly limits: Limits;
}

export class Replica {
  readonly origin: string;
  readonly underWay = new RollingMap<UnderWay>();
  /** In flight, by kind of traffic. */
  readonly busy: Record<Traffic, number> = { calls: 0, uploads: 0 };
  readonly #mux: MuxClient;
  readonly #pools: Readonly<Record<Traffic, Pool>>;
  readonly #probes: Client;
  readonly #limits: Limits;
  readonly #logger: Logger;
  readonly #onChange: () => void;
  readonly #outage = new LastingFailure(systemClock);
  readonly #beganMs = systemClock.elapsed();
  #state: ReplicaState = 'down';
  #wasReady = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Incremented when a call reveals a failure, so that the result of a probe started earlier is discarded. */
  #news = 0;

  constructor(origin: string, { service, identity, limits }: Way, logger: Logger, onChange: () => void) {
    this.origin = origin;
    this.#limits = limits;
    this.#logger = logger;
    this.#onChange = onChange;
    const { answerTimeoutMs, uploadAnswerTimeoutMs, probeTimeoutMs, callsAtOnceMax, uploadsMax } = limits;
    const settings = (timeoutMs: number) => ({
      pipelining: 1,
      connect: connector(identity, service, limits.connectTimeoutMs),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    this.#pools = {
      calls: new Pool(origin, { ...settings(answerTimeoutMs), connections: callsAtOnceMax }),
      uploads: new Pool(origin, { ...settings(uploadAnswerTimeoutMs), connections: uploadsMax }),
    };
    this.#probes = new Client(origin, settings(2 * probeTimeoutMs));
    this.#mux = new MuxClient({
      origin,
      ...(identity !== null && { tls: () => identity.towards(service) }),
      connectTimeoutMs: limits.connectTimeoutMs,
      answerTimeoutMs,
      otherwise: (call, handler) => this.#pools.calls.dispatch(call, handler),
    });
  }

  get state(): ReplicaState {
    return this.#state;
  }

  /** Whether a mux connection is open: the replica supports mux, and at least one call has needed it. */
  get isConnected(): boolean {
    return this.#mux.isConnected;
  }

  /** Whether it may receive one more call. */
  get hasRoom(): boolean {
    return this.busy.calls < this.#limits.callsAtOnceMax;
  }

  /**
   * Sends a request; the caller reports its end with `leave`. The handler receives every outcome, and nothing is
   * thrown.
   */
  dispatch(traffic: Traffic, call: Outgoing, handler: UnderWay): void {
    this.underWay.set(handler.number, handler);
    this.busy[traffic] += 1;
    if (isWhole(call)) this.#mux.dispatch(call, handler);
    else this.#pools.uploads.dispatch(call, handler);
  }

  leave(traffic: Traffic, handler: UnderWay): void {
    this.underWay.delete(handler.number);
    this.busy[traffic] -= 1;
  }

  /** Starts probing. Resolves after the first probe. */
  start(): Promise<void> {
    return this.#ask();
  }

  /** Called when a call finds the replica unreachable or stopping: marks it down and probes it at once. */
  leaveOut(reason: unknown): void {
    if (this.#closed || this.#state === 'down') return;
    this.#news += 1;
    this.#become('down', reason);
    clearTimeout(this.#timer);
    void this.#ask();
  }

  /** Called when its address has disappeared: probing stops, and connections close after the last call. */
  async retire(): Promise<void> {
    this.#end();
    this.#logger.info({ origin: this.origin }, 'a replica was removed');
    this.#mux.close();
    await Promise.allSettled([this.#pools.calls.close(), this.#pools.uploads.close(), this.#probes.destroy()]);
  }

  async close(): Promise<void> {
    this.#end();
    this.#mux.destroy();
    await Promise.all([this.#pools.calls, this.#pools.uploads, this.#probes].map((way) => way.destroy()));
  }

  #end(): void {
    this.#closed = true;
    this.#state = 'down';
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const news = this.#news;
    const [state, reason] = await this.#probe();
    if (this.#closed || news !== this.#news) return;
    this.#become(state, reason);
    if (state === 'ready') this.#mux.check(SIGN_OF_LIFE);
    const { probeIntervalMs, probeIntervalWhenDownMs } = this.#limits;
    const intervalMs = state === 'ready' ? probeIntervalMs : probeIntervalWhenDownMs;
    this.#timer = setTimeout(() => void this.#ask(), intervalMs);
  }

  async #probe(): Promise<[ReplicaState, unknown]> {
    const signal = AbortSignal.timeout(this.#limits.probeTimeoutMs);
    try {
      const answer = await this.#probes.request({ method: 'GET', path: '/readyz', signal });
      await answer.body.dump();
      return answer.statusCode === 200 ? ['ready', null] : ['down', `/readyz answers ${answer.statusCode}`];
    } catch (error) {
      return [signal.aborted ? 'slow' : 'down', error];
    }
  }

  #become(state: ReplicaState, reason: unknown): void {
    if (state !== 'ready') this.#logOutage(state, textOf(reason));
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'ready') {
      this.#wasReady = true;
      this.#outage.end();
      this.#logger.info({ origin: this.origin }, 'a replica is ready');
      this.#mux.askAgain();
    }
    this.#onChange();
  }

  #logOutage(state: ReplicaState, reason: string): void {
    const isStarting = !this.#wasReady && systemClock.elapsed() - this.#beganMs < this.#limits.startingMs;
    const level = this.#outage.levelOf(`${state} ${reason}`, isStarting ? 'info' : 'warn');
    this.#logger[level]({ origin: this.origin, state, reason }, 'a replica gets no calls');
  }
}

/** The code of a system's or a client's error; those of the platform are numbers that say nothing. */
function textOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code } = reason as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : reason.message;
}
