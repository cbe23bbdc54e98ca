/**
 * Where messages may go. Who subscribes gives us a URL, and must not reach by it what only we can reach (OWASP API7:2023,
 * server-side request forgery). So an address is looked at where the connection is made, after the name was looked up: what a
 * name stood for when it was subscribed says nothing of now.
 */
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';
import { Names } from './names.ts';

const URL_LENGTH_MAX = 2_000;

/** Of IPv6 the public internet has these (RFC 4291), beside IPv4 that is written as IPv6: not ::127.0.0.1, for one. */
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');
GLOBAL_IPV6.addSubnet('::ffff:0:0', 96, 'ipv6');

/** Looks up all addresses that a name stands for now. */
export type LookUp = (host: string) => Promise<readonly LookupAddress[]>;
const systemLookUp = (): LookUp => {
  const names = new Names();
  return (host) => names.lookUp(host);
};

/** A range of addresses, such as 10.0.0.0/8. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws Error where it is no range */
export const readNetwork = (text: string): Network => ipaddr.parseCIDR(text);

/** An address that messages must not go to. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
}

export class Targets {
  readonly #allowed: readonly Network[];
  readonly #lookUp: LookUp;

  /**
   * @param allowed ranges beside those of the public internet; to these, http will do
   * @param lookUp knows what names stand for; tests bring their own
   */
  constructor(allowed: readonly Network[] = [], lookUp: LookUp = systemLookUp()) {
    this.#allowed = allowed;
    this.#lookUp = lookUp;
  }

  /** Whether messages may go to an IP address: one of the public internet, or of a range that is allowed. */
  permits(address: string): boolean {
    // An IPv4 address that is written as an IPv6 one is what it stands for.
    const parsed = ipaddr.process(address);
    const isPublic = parsed.range() === 'unicast' && (isIP(address) === 4 || GLOBAL_IPV6.check(address, 'ipv6'));
    return isPublic || this.#isAllowed(parsed);
  }

  /** Whether an IP address is of a range that is allowed beside the public internet. */
  allows(address: string): boolean {
    return this.#isAllowed(ipaddr.process(address));
  }

  /** Why a text can not be the URL of a receiver; null where it can. Of a name only its lookup says more. */
  faultOf(text: string): string | null {
    if (text.length > URL_LENGTH_MAX) return `must have at most ${URL_LENGTH_MAX} characters`;
    if (!URL.canParse(text)) return 'must be a URL';
    const url = new URL(text);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#allowed.length > 0))
      return 'must be an https URL';
    if (url.username !== '' || url.password !== '') return 'must not hold a name or a password';
    if (url.hash !== '') return 'must not have a fragment';
    const host = hostOf(url);
    if (isIP(host) === 0) return null;
    if (!this.permits(host)) return 'must not be an address of a private network';
    return url.protocol === 'http:' && !this.allows(host) ? 'must be an https URL' : null;
  }

  /** Looks a name up for a connection, which fails where one of its addresses is forbidden. */
  readonly lookup: LookupFunction = this.#lookupOf((address) => this.permits(address));
  /** The same for a connection without TLS, which goes to the ranges that are allowed and nowhere else. */
  readonly lookupAllowed: LookupFunction = this.#lookupOf((address) => this.allows(address));

  /** @throws ForbiddenTargetError where a URL names an address that is forbidden; a name is looked at when it is looked up */
  check(url: URL): void {
    const host = hostOf(url);
    if (isIP(host) === 0) return;
    if (!(url.protocol === 'http:' ? this.allows(host) : this.permits(host)))
      throw new ForbiddenTargetError(`${host} is not of the public internet, or not to be reached without TLS`);
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
