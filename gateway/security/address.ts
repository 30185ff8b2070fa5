/** Whom limits count: an address, as far as it says who somebody is. */
import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
/** Of an IPv6 address the first half is a network; the second one's owner makes up as they like. */
const NETWORK_GROUPS = 4;

/** The eight groups of an IPv6 address as its shortest writing says them. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = GROUPS - (before?.length ?? 0) - (after?.length ?? 0);
  return [...before ?? [], ...Array.from({ length: missing }, () => '0'), ...after ?? []];
}

/**
 * The key under which limits count this address: an IPv4 address itself, also where it comes as `::ffff:a.b.c.d`; of an
 * IPv6 address its /64, for a single line has all of that. What is no address counts as it stands. Never throws.
 */
export function addressKey(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  if (!isIPv6(bare)) return address;
  return `${groupsOf(bare).slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
