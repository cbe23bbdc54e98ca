/**
 * Resolves a list of origins to processes. An origin with an IP address is one process. An origin with a host name
 * stands for every current address of that name, which is how a container engine and a headless service of Kubernetes
 * list the replicas of a service. Names are looked up repeatedly, so replicas come and go without a change of the
 * configuration. A name whose lookup fails keeps its previous addresses.
 *
 * The same applies to https, because a certificate identifies the service of a process, not its address.
 */
import { lookup as lookUpHost } from 'node:dns/promises';
import { isIP } from 'node:net';
import { within } from './deadline.ts';

const LOOKUP_INTERVAL_MS = 1_000;
/** Longer than a resolver takes to give up on one server. */
const LOOKUP_TIMEOUT_MS = 6_000;

/** Returns all IP addresses of a host. */
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

  /** The origins of all processes. A name stands for itself until its first lookup. */
  get current(): readonly string[] {
    return this.#current;
  }

  /** Starts to look the names up. Resolves after the first lookup; `onChange` is called for later changes. */
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
      // It keeps its previous addresses.
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

/** Returns addresses of one family only, so that a dual-stack process is not counted twice. */
async function addressesOfHost(host: string): Promise<readonly string[]> {
  const found = await lookUpHost(host, { all: true });
  const family = found.some((one) => one.family === 4) ? 4 : 6;
  return found.filter((one) => one.family === family).map(({ address }) => address);
}
