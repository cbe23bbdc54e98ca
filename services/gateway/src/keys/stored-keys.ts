/**
 * This gateway's copy of the stored keys, checked for changes every second. While the store is unreachable, the last
 * keys remain valid: an outage of the key database stops no payment, and a gauge shows it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gauge, type Logger, type Registry, RetryLog, systemClock } from '@mo/service-kit';
import type { ApiKey } from './api-key.ts';
import type { KeyStore } from './key-store.ts';

const POLL_MS = 1_000;
/** Uses of keys are stored once in this many rounds. */
const USES_EVERY = 5;

export class StoredKeys {
  readonly #store: KeyStore;
  readonly #onKeys: (keys: ApiKey[]) => void;
  readonly #readings: RetryLog;
  readonly #writings: RetryLog;
  readonly #uses = new Map<number, number>();
  readonly #closing = new AbortController();
  #version = -1;
  #readAtMs = 0;
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #rounds: Promise<void> = Promise.resolve();

  constructor(store: KeyStore, onKeys: (keys: ApiKey[]) => void, logger: Logger, registry: Registry) {
    this.#store = store;
    this.#onKeys = onKeys;
    this.#readings = new RetryLog(systemClock, logger, 'the database of API keys cannot be queried');
    this.#writings = new RetryLog(systemClock, logger, 'the last uses of API keys cannot be stored');
    const help = 'Seconds since the database was last queried for changed API keys';
    gauge(registry, 'gateway_keys_age_seconds', help, [], () => (performance.now() - this.#readAtMs) / 1000);
  }

  /** Reads the keys, and starts polling. */
  async start(): Promise<void> {
    await this.refresh();
    this.#rounds = this.#goOn();
  }

  /**
   * Applies all changes made so far. Only one read runs at a time; callers that arrive meanwhile share the next one.
   */
  refresh(): Promise<void> {
    this.#next ??= this.#readNext();
    return this.#next;
  }

  async #readNext(): Promise<void> {
    await this.#reading.catch(() => {});
    this.#next = null;
    this.#reading = this.#read();
    return this.#reading;
  }

  async #read(): Promise<void> {
    const version = await this.#store.version();
    if (version !== this.#version) {
      // The keys are read after the version: a change in between is read again in the next round.
      this.#onKeys(await this.#store.usable());
      this.#version = version;
    }
    this.#readAtMs = performance.now();
  }

  used(keyId: number): void {
    this.#uses.set(keyId, Date.now());
  }

  /** Stores the remaining uses. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
    await this.#writeUses();
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#closing;
    for (let round = 1; ; round += 1) {
      await delay(POLL_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await this.#readings.during(() => this.refresh()).catch(() => {});
      if (round % USES_EVERY === 0 && this.#uses.size > 0)
        await this.#writings.during(() => this.#writeUses()).catch(() => {});
    }
  }

  async #writeUses(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = new Map(this.#uses);
    await this.#store.noteUses(uses);
    for (const [id, at] of uses) if (this.#uses.get(id) === at) this.#uses.delete(id);
  }
}
