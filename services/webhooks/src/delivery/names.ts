/**
 * Resolves the host names of receivers. The operating system's lookup (getaddrinfo) can't be cancelled and occupies one
 * of the process's four threads for as long as a name server doesn't respond. A few such names would block all other
 * receivers, and our own connections to the database and Kafka. This resolver therefore queries the name servers
 * directly, which takes no thread, and adds what the operating system does beyond DNS: the hosts file, localhost and
 * search domains.
 */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** Shorter than the timeout of the connection that a lookup is part of. */
const LOOKUP_TIMEOUT_MS = 4_000;
const TRY_TIMEOUT_MS = 1_000;
const TRIES = 3;
const SEARCH_DOMAINS_MAX = 6;
/** The name doesn't exist, or has no address of the queried family. */
const NOTHING_THERE: readonly string[] = ['ENOTFOUND', 'ENODATA'];
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export interface NamesOptions {
  /** The name servers; by default those of the system. */
  readonly servers?: readonly string[];
  /** In the format of /etc/hosts. */
  readonly hosts: string;
  /** In the format of /etc/resolv.conf. */
  readonly resolverConfig: string;
  /** Of a lookup. */
  readonly timeoutMs: number;
  /** Of a server; then the next is queried, and later the first again with a longer timeout. */
  readonly tryTimeoutMs: number;
}

/** The system's current configuration. */
const systemNames = (): NamesOptions => ({
  hosts: textOf('/etc/hosts'),
  resolverConfig: textOf('/etc/resolv.conf'),
  timeoutMs: LOOKUP_TIMEOUT_MS,
  tryTimeoutMs: TRY_TIMEOUT_MS,
});

export class Names {
  readonly #options: NamesOptions;
  readonly #hosts: ReadonlyMap<string, readonly LookupAddress[]>;
  readonly #searchDomains: readonly string[];
  /** Lookups under way, one per name; never more than there are attempts under way. */
  readonly #underWay = new Map<string, Promise<readonly LookupAddress[]>>();

  constructor(options: NamesOptions = systemNames()) {
    this.#options = options;
    this.#hosts = readHosts(options.hosts);
    this.#searchDomains = readSearchDomains(options.resolverConfig);
  }

  /**
   * All current addresses of a name, IPv4 first. Concurrent calls for the same name share one lookup; results are not
   * cached.
   *
   * @throws Error with a code: ENOTFOUND if the name has no address, ETIMEOUT if no name server responds in time,
   *   otherwise the name server's error code
   */
  lookUp(host: string): Promise<readonly LookupAddress[]> {
    const underWay = this.#underWay.get(host);
    if (underWay !== undefined) return underWay;
    const looking = this.#find(host).finally(() => this.#underWay.delete(host));
    this.#underWay.set(host, looking);
    return looking;
  }

  async #find(host: string): Promise<readonly LookupAddress[]> {
    const name = host.replace(/\.$/, '');
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
    const { servers, timeoutMs, tryTimeoutMs } = this.#options;
    const resolver = new Resolver({ timeout: tryTimeoutMs, tries: TRIES });
    if (servers !== undefined) resolver.setServers(servers);
    const deadline = setTimeout(() => resolver.cancel(), timeoutMs);
    try {
      const domains = name === host ? this.#searchDomains : [];
      for (const each of [name, ...domains.map((domain) => `${name}.${domain}`)]) {
        const found = await ask(resolver, each);
        if (found.length > 0) return found;
      }
      throw errorOf(`${host} has no address`, 'ENOTFOUND');
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** The addresses of both families, or of the one that has a result; empty if there are none. */
async function ask(resolver: Resolver, name: string): Promise<LookupAddress[]> {
  const asked = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = asked.flatMap((answer, place) =>
    answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: place === 0 ? 4 : 6 })) : [],
  );
  if (found.length > 0) return found;
  const codes = asked.map((answer) => ((answer as PromiseRejectedResult).reason as NodeJS.ErrnoException).code ?? '');
  const failure = codes.find((code) => !NOTHING_THERE.includes(code));
  if (failure === undefined) return [];
  throw errorOf(`the lookup of ${name} failed`, failure === 'ECANCELLED' ? 'ETIMEOUT' : failure);
}

const errorOf = (message: string, code: string): Error => Object.assign(new Error(message), { code });

function readHosts(text: string): Map<string, LookupAddress[]> {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      hosts.set(key, [...(hosts.get(key) ?? []), { address, family }]);
    }
  }
  return hosts;
}

/** As in the system's resolver, the last `search` or `domain` line applies. */
function readSearchDomains(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const [, ...domains] = lines.findLast(([word]) => word === 'search' || word === 'domain') ?? [];
  return domains.slice(0, SEARCH_DOMAINS_MAX);
}

/** The content of a file; empty if it can't be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
