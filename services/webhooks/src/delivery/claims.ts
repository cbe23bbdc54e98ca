/**
 * The claims of this process on lanes. A claim is renewed until it is released. A claim that could not be renewed in
 * time counts as lost, because another process may have claimed the lane since.
 */
import { type Clock, type Logger, Rounds } from '@mo/service-kit';
import type { Lane, Lanes } from './lanes.ts';

export type ClaimableLanes = Pick<Lanes, 'claimMs' | 'renewalMs' | 'claim' | 'renew'>;

export class Claims {
  readonly #lanes: ClaimableLanes;
  readonly #clock: Clock;
  readonly #rounds: Rounds;
  /** When each claim, or its last renewal, was requested, by the clock's `elapsed`. */
  readonly #requestedMs = new Map<Lane, number>();

  constructor(lanes: ClaimableLanes, clock: Clock, logger: Logger) {
    this.#lanes = lanes;
    this.#clock = clock;
    this.#rounds = new Rounds(clock, logger);
  }

  start(): void {
    this.#rounds.every(this.#lanes.renewalMs, 'claims of lanes could not be renewed', () => this.#renew());
  }

  /** Renews no more claims. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Claims at most `lanesMax` lanes of a webhook that are due. */
  async claim(webhookId: number, lanesMax: number): Promise<readonly Lane[]> {
    const requestedMs = this.#clock.elapsed();
    const lanes = await this.#lanes.claim(webhookId, lanesMax);
    for (const lane of lanes) this.#requestedMs.set(lane, requestedMs);
    return lanes;
  }

  /** Whether no other process can have claimed the lane. */
  isHeld(lane: Lane): boolean {
    const requestedMs = this.#requestedMs.get(lane);
    return requestedMs !== undefined && this.#clock.elapsed() - requestedMs < this.#lanes.claimMs;
  }

  /** Stops renewing a claim. */
  release(lane: Lane): void {
    this.#requestedMs.delete(lane);
  }

  async #renew(): Promise<boolean> {
    const lanes = [...this.#requestedMs.keys()];
    if (lanes.length === 0) return false;
    const requestedMs = this.#clock.elapsed();
    const renewed = await this.#lanes.renew(lanes);
    for (const lane of renewed) if (this.#requestedMs.has(lane)) this.#requestedMs.set(lane, requestedMs);
    return true;
  }
}
