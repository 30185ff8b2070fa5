/** Which addresses are public: a link that a customer wrote leads there or nowhere (RS10). */
import net from 'node:net';

const CLOSED = new net.BlockList();
for (const [network, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8],
  ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4],
  ['240.0.0.0', 4]] as const) CLOSED.addSubnet(network, bits, 'ipv4');

/** Only 2000::/3 is routed on the internet; of it these are tunnels and papers, behind which anything may stand. */
const OPEN_V6 = new net.BlockList();
OPEN_V6.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) {
  CLOSED.addSubnet(network, bits, 'ipv6');
}

/** True for an address of the public internet; false for whatever is ours, a neighbour's, a tunnel or no address. */
export function isPublicAddress(address: string): boolean {
  const version = net.isIP(address);
  if (version === 4) return !CLOSED.check(address, 'ipv4');
  if (version !== 6 || address.includes('%')) return false;
  // ::ffff:10.0.0.1 and its kin are IPv4 in other clothes: none of them stands in 2000::/3.
  return OPEN_V6.check(address, 'ipv6') && !CLOSED.check(address, 'ipv6');
}
