/** Whose a connection is, as far as the address of its peer tells. */
import { BlockList, isIPv4 } from 'node:net';

const IPV6_GROUPS = 8;
/** The groups of the /64 that a provider assigns to one customer at least. */
const NETWORK_GROUPS = 4;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

/** The holder of an address: an IPv4 address stands for itself, also mapped to IPv6, and an IPv6 address for its /64. */
export function networkOf(address: string): string {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (isIPv4(last)) return last;
  const [front = '', back = ''] = address.split('::');
  const [first, rest] = [groupsOf(front), groupsOf(back)];
  const zeros = Array<string>(Math.max(0, IPV6_GROUPS - first.length - rest.length)).fill('0');
  return [...first, ...zeros, ...rest].slice(0, NETWORK_GROUPS).join(':');
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

/** @param networks addresses and ranges such as 10.0.0.0/8 @returns whether an address is one of them */
export function anyOf(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => list.check(address, familyOf(address));
}
