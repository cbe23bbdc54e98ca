/**
 * The processes that a list of origins stands for. An origin with an IP address is one process. One with a name stands
 * for every address that the name has at the moment, which is how a container engine and a headless service of
 * Kubernetes name all replicas of a service; so names are looked up again and again, and replicas come and go without
 * a change of the configuration. A name that can't be looked up keeps the addresses that it had.
 *
 * It is the same for https: a certificate tells which service a process is of, and not where it is.
 */
import { lookup as lookUpHost } from 'node:dns/promises';
import { isIP } from 'node:net';
import { within } from './deadline.ts';

const LOOKUP_INTERVAL_MS = 1_000;
/** Longer than a resolver takes to give up on one server. */
const LOOKUP_TIMEOUT_MS = 6_000;

/** Answers with all IP addresses of a host. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export class Addresses {
  readonly #byOrigin: Map<string, readonly string[]>;
  readonly #lookup: Lookup;
  readonly #intervalMs: number;
  #current: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param origins such as http://127.0.0.1:8081 or http://loans:8080 */
  constructor(origins: readonly string[], lookup: Lookup = addressesOfHost, intervalMs = LOOKUP_INTERVAL_MS) {
    this.#byOrigin = new Map(origins.map((origin) => [origin, [origin]]));
    this.#lookup = lookup;
    this.#intervalMs = intervalMs;
    this.#current = origins;
  }

  /** The origins of all processes. A name stands for itself until it was looked up. */
  get current(): readonly string[] {
    return this.#current;
  }

  /** Looks the names up from now on. Resolves after the first time; `onChange` tells of what changes later. */
  async start(onChange: () => void = () => {}): Promise<void> {
    const names = [...this.#byOrigin.keys()].filter(standsForSeveral);
    if (names.length === 0) return;
    await this.#lookUp(names);
    this.#lookUpLater(names, onChange);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookUpLater(names: readonly string[], onChange: () => void): void {
    if (this.#stopped) return;
    const lookUp = async () => {
      const isChanged = await this.#lookUp(names);
      if (isChanged && !this.#stopped) onChange();
      this.#lookUpLater(names, onChange);
    };
    this.#timer = setTimeout(() => void lookUp(), this.#intervalMs).unref();
  }

  async #lookUp(names: readonly string[]): Promise<boolean> {
    await Promise.all(names.map((name) => this.#resolve(name)));
    const before = this.#current;
    this.#current = [...new Set([...this.#byOrigin.values()].flat())];
    return this.#current.join() !== before.join();
  }

  async #resolve(origin: string): Promise<void> {
    const url = new URL(origin);
    try {
      const hosts = await within(this.#lookup(url.hostname), LOOKUP_TIMEOUT_MS, 'the lookup took too long');
      const addresses = hosts.map((host) => originAt(url, host));
      if (addresses.length > 0) this.#byOrigin.set(origin, addresses.sort());
    } catch {
      // It keeps what it had.
    }
  }
}

function standsForSeveral(origin: string): boolean {
  const { hostname } = new URL(origin);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}

function originAt(url: URL, host: string): string {
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${url.protocol}//${isIP(host) === 6 ? `[${host}]` : host}${port}`;
}

/** Addresses of one family, so that a process which has one of each isn't taken for two. */
async function addressesOfHost(host: string): Promise<readonly string[]> {
  const found = await lookUpHost(host, { all: true });
  const family = found.some((one) => one.family === 4) ? 4 : 6;
  return found.filter((one) => one.family === family).map(({ address }) => address);
}
