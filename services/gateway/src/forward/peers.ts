/** Whose a connection is, as far as the address of its peer tells. */
import { BlockList, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The 16-bit groups of the /64 that a provider assigns to one customer at least. */
const NETWORK_GROUPS = 4;

/** The holder of an address: an IPv4 address stands for itself, also mapped to IPv6, and an IPv6 address for its /64. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address; // the connection ended before its address was read
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv4 ? parsed.toString() : parsed.parts.slice(0, NETWORK_GROUPS).join(':');
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

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
