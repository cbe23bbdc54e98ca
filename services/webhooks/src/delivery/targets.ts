/**
 * Where messages may be sent. A subscriber's URL must not reach what only our network can reach (OWASP API7:2023,
 * server-side request forgery). Addresses are therefore checked when a connection is opened, after the name was
 * resolved: a name may resolve differently than it did when the webhook was created.
 */
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';
import { Names } from './names.ts';

const URL_LENGTH_MAX = 2_000;
/** The port of a URL, after its host. */
const PORT = /^(https?:\/\/[^/?#]*):\d+/i;

/** The IPv6 ranges of the public internet (RFC 4291) and IPv4-mapped addresses, but not, for example, ::127.0.0.1. */
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');
GLOBAL_IPV6.addSubnet('::ffff:0:0', 96, 'ipv6');

/** Resolves a name to all its current addresses. */
export type LookUp = (host: string) => Promise<readonly LookupAddress[]>;
const systemLookUp = (): LookUp => {
  const names = new Names();
  return (host) => names.lookUp(host);
};

/** A range of addresses, such as 10.0.0.0/8. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws Error if the text is not a range */
export const readNetwork = (text: string): Network => ipaddr.parseCIDR(text);

/** An address that messages must not be sent to. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
}

export class Targets {
  readonly #allowed: readonly Network[];
  readonly #lookUp: LookUp;

  /**
   * @param allowed ranges in addition to the public internet; plain HTTP is permitted to these
   * @param lookUp resolves names; tests supply their own
   */
  constructor(allowed: readonly Network[] = [], lookUp: LookUp = systemLookUp()) {
    this.#allowed = allowed;
    this.#lookUp = lookUp;
  }

  /** Whether messages may be sent to an IP address: a public one, or one of an allowed range. */
  permits(address: string): boolean {
    // ipaddr.process() converts an IPv4-mapped IPv6 address to the IPv4 address.
    const parsed = ipaddr.process(address);
    const isPublic = parsed.range() === 'unicast' && (isIP(address) === 4 || GLOBAL_IPV6.check(address, 'ipv6'));
    return isPublic || this.#isAllowed(parsed);
  }

  /** Whether an IP address is in one of the allowed ranges. */
  allows(address: string): boolean {
    return this.#isAllowed(ipaddr.process(address));
  }

  /** Why a text can't be a receiver's URL; null if it can. Names are checked only when they are resolved. */
  faultOf(text: string): string | null {
    if (text.length > URL_LENGTH_MAX) return `must have at most ${URL_LENGTH_MAX} characters`;
    if (!URL.canParse(text))
      return URL.canParse(text.replace(PORT, '$1')) ? 'must have a port of at most 65535' : 'must be a URL';
    const url = new URL(text);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#allowed.length > 0))
      return 'must be an https URL';
    if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password';
    if (url.hash !== '') return 'must not have a fragment';
    const host = hostOf(url);
    if (isIP(host) === 0) return null;
    if (!this.permits(host)) return 'must not be an address of a private network';
    return url.protocol === 'http:' && !this.allows(host) ? 'must be an https URL' : null;
  }

  /** Resolves a name for a connection; fails if any of its addresses is forbidden. */
  readonly lookup: LookupFunction = this.#lookupOf((address) => this.permits(address));
  /** The same for connections without TLS, which may go only to the allowed ranges. */
  readonly lookupAllowed: LookupFunction = this.#lookupOf((address) => this.allows(address));

  /** @throws ForbiddenTargetError if the URL contains a forbidden address; names are checked when they are resolved */
  check(url: URL): void {
    const host = hostOf(url);
    if (isIP(host) === 0) return;
    if (!(url.protocol === 'http:' ? this.allows(host) : this.permits(host)))
      throw new ForbiddenTargetError(`${host} is not on the public internet, or must not be reached without TLS`);
  }

  #lookupOf(isGood: (address: string) => boolean): LookupFunction {
    const lookUpGood = callbackify(async (host: string) => {
      const found = await this.#lookUp(host);
      const forbidden = found.find(({ address }) => !isGood(address));
      if (forbidden !== undefined) throw new ForbiddenTargetError(`${host} is ${forbidden.address}`);
      return found;
    });
    return (host, options, done) => {
      lookUpGood(host, (error, found) => {
        if (error !== null) return done(error, '', 0);
        if (options.all === true) return done(null, [...found]);
        const [first] = found;
        return first === undefined
          ? done(new Error(`${host} has no address`), '', 0)
          : done(null, first.address, first.family);
      });
    };
  }

  #isAllowed(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.#allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

/** Without the brackets of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
