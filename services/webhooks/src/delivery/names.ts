/**
 * What the names of receivers stand for. The operating system is not asked: its lookup takes one of the process's four threads
 * for as long as a name server is silent, and can't be ended. Receivers of which one such name is known would hold up all
 * others, and our own connections to the database and to Kafka. So name servers are asked directly, which takes no thread; what
 * the operating system adds is added here: names of the hosts file, localhost, and search domains.
 */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** How long a lookup may take, in milliseconds: a connection, of which it is a part, may take longer. */
export const LOOKUP_TIMEOUT_MS = 4_000;
/** How long the first server may take, in milliseconds; then the next one is asked, and later the first again, for longer. */
const TRY_TIMEOUT_MS = 1_000;
const TRIES = 3;
const SEARCH_DOMAINS_MAX = 6;
/** There is no such name, or it has no address of the family. */
const NOTHING_THERE: readonly string[] = ['ENOTFOUND', 'ENODATA'];
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export interface NamesOptions {
  /** The name servers; those of the system where they are left out. */
  readonly servers?: readonly string[];
  /** As in /etc/hosts. */
  readonly hosts: string;
  /** As in /etc/resolv.conf. */
  readonly resolverConfig: string;
  readonly timeoutMs: number;
}

/** As the system has it now. */
const systemNames = (): NamesOptions => ({
  hosts: textOf('/etc/hosts'),
  resolverConfig: textOf('/etc/resolv.conf'),
  timeoutMs: LOOKUP_TIMEOUT_MS,
});

export class Names {
  readonly #options: NamesOptions;
  readonly #hosts: ReadonlyMap<string, readonly LookupAddress[]>;
  readonly #searchDomains: readonly string[];
  /** One lookup of a name at a time; there are no more of them than attempts under way. */
  readonly #underWay = new Map<string, Promise<readonly LookupAddress[]>>();

  constructor(options: NamesOptions = systemNames()) {
    this.#options = options;
    this.#hosts = readHosts(options.hosts);
    this.#searchDomains = readSearchDomains(options.resolverConfig);
  }

  /**
   * All addresses that a name stands for now, those of IPv4 first. Who asks for a name while it is being looked up shares
   * what is found; nothing is kept.
   *
   * @throws Error with a code: ENOTFOUND where there is none, ETIMEOUT where no name server answers in time, or that of what
   * they answer instead
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
    const { servers, timeoutMs } = this.#options;
    const resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
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

/** The addresses of both families, or of that which is told of; none where there are none. */
async function ask(resolver: Resolver, name: string): Promise<LookupAddress[]> {
  const asked = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = asked.flatMap((answer, place) =>
    answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: place === 0 ? 4 : 6 })) : [],
  );
  if (found.length > 0) return found;
  const codes = asked.map((answer) => ((answer as PromiseRejectedResult).reason as NodeJS.ErrnoException).code ?? '');
  const failure = codes.find((code) => !NOTHING_THERE.includes(code));
  if (failure === undefined) return [];
  throw errorOf(`${name} was not looked up`, failure === 'ECANCELLED' ? 'ETIMEOUT' : failure);
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

/** The last line that names some counts. */
function readSearchDomains(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const [, ...domains] = lines.findLast(([word]) => word === 'search' || word === 'domain') ?? [];
  return domains.slice(0, SEARCH_DOMAINS_MAX);
}

/** What is not there says nothing. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
