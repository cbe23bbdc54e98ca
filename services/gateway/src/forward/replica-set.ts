/**
 * The replicas of one service: selects the one for the next call, and lets calls wait while none is usable. Replicas
 * follow the addresses of the service. A replica whose address has disappeared receives no new calls, and is closed
 * after its last call.
 */
import type { ServiceName } from '@mo/contracts';
import { type Addresses, type Logger, Turns } from '@mo/service-kit';
import { Replica, type ReplicaState, type Traffic, type Way } from './replica.ts';

export class ReplicaSet {
  readonly #way: Way;
  readonly #addresses: Addresses;
  readonly #logger: Logger;
  readonly #onRoom: () => void;
  /** Calls that wait because no replica is usable. */
  readonly #waiting = new Turns();
  readonly #leaving = new Set<Replica>();
  #replicas: readonly Replica[] = [];
  #next = 0;
  /** The replica that receives the calls of this event-loop turn, until it has `callsMax` in flight. */
  #together: { readonly replica: Replica; readonly callsMax: number } | null = null;

  /** @param onRoom called when the state of a replica changes, so that one may have become usable */
  constructor(way: Way, addresses: Addresses, logger: Logger, onRoom: () => void) {
    this.#way = way;
    this.#addresses = addresses;
    this.#logger = logger.child({ upstream: way.service });
    this.#onRoom = onRoom;
  }

  get service(): ServiceName {
    return this.#way.service;
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  get ready(): number {
    return this.#in('ready').length;
  }

  /** The number of replicas with an open mux connection. */
  get connected(): number {
    return this.#replicas.filter((replica) => replica.isConnected).length;
  }

  /**
   * Selects the replica for the next call: the one with the fewest requests in flight of the same kind, in rotation
   * among equals. Null if none is usable. The other kind is ignored. If the selected replica has no room, no other
   * replica in the same state has room either. Calls of one event-loop turn go to the same replica, up to a limit.
   */
  pick(traffic: Traffic): Replica | null {
    return traffic === 'calls' ? (this.#togetherWith() ?? this.#begin()) : this.#leastBusyOfAny(traffic);
  }

  /** Whether the replica that {@link pick} would return has room for a call. Has no side effects. */
  get hasRoom(): boolean {
    const ready = this.#in('ready');
    return (ready.length > 0 ? ready : this.#in('slow')).some(({ hasRoom }) => hasRoom);
  }

  /** Calls back once a replica is usable, or after the timeout. @returns a function that stops waiting */
  whenUsable(withinMs: number, goOn: () => void): () => void {
    return this.#waiting.wait(withinMs, goOn);
  }

  /** Starts to watch the replicas. Resolves when each current replica has been probed once. */
  async start(): Promise<void> {
    await this.#addresses.start(() => void this.#follow());
    await this.#follow();
  }

  async close(): Promise<void> {
    this.#addresses.stop();
    await Promise.all([...this.#replicas, ...this.#leaving].map((replica) => replica.close()));
  }

  async #follow(): Promise<void> {
    const origins = this.#addresses.current;
    const known = new Map(this.#replicas.map((replica) => [replica.origin, replica]));
    const added: Replica[] = [];
    this.#replicas = origins.map((origin) => {
      const replica = known.get(origin) ?? this.#newReplica(origin);
      if (!known.delete(origin)) added.push(replica);
      return replica;
    });
    for (const gone of known.values()) this.#letGo(gone);
    await Promise.all(added.map((replica) => replica.start()));
  }

  #newReplica(origin: string): Replica {
    return new Replica(origin, this.#way, this.#logger, () => this.#onChange());
  }

  #letGo(replica: Replica): void {
    this.#leaving.add(replica);
    void replica.retire().then(() => this.#leaving.delete(replica));
  }

  #togetherWith(): Replica | null {
    if (this.#together === null) return null;
    const { replica, callsMax } = this.#together;
    return replica.state === 'ready' && replica.hasRoom && replica.busy.calls < callsMax ? replica : null;
  }

  #begin(): Replica | null {
    const replica = this.#leastBusyOfAny('calls');
    if (replica === null || this.#replicas.length === 1) return replica;
    if (this.#together === null)
      setImmediate(() => {
        this.#together = null;
      });
    this.#together = { replica, callsMax: replica.busy.calls + this.#way.limits.callsTogetherMax };
    return replica;
  }

  #leastBusyOfAny(traffic: Traffic): Replica | null {
    return this.#leastBusy('ready', traffic) ?? this.#leastBusy('slow', traffic);
  }

  #leastBusy(state: ReplicaState, traffic: Traffic): Replica | null {
    const { length } = this.#replicas;
    let best: Replica | null = null;
    this.#next = (this.#next + 1) % Math.max(length, 1);
    for (let step = 0; step < length; step += 1) {
      const replica = this.#replicas[(this.#next + step) % length] as Replica;
      if (replica.state === state && (best === null || replica.busy[traffic] < best.busy[traffic])) best = replica;
    }
    return best;
  }

  #in(state: ReplicaState): Replica[] {
    return this.#replicas.filter((replica) => replica.state === state);
  }

  #onChange(): void {
    const canBeUsed = this.#replicas.some(({ state }) => state !== 'down');
    this.#waiting.nextWhile(() => canBeUsed);
    this.#onRoom();
    if (this.ready > 0) for (const replica of this.#in('slow')) abandonAll(replica);
  }
}

/** Moves calls away from a frozen process to another replica, where they may be repeated. */
function abandonAll(replica: Replica): void {
  for (const call of replica.underWay.values()) call.abandon();
}
