import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Network = [Address, number];

/** What is no public unicast address (IANA special-purpose registries), and Azure's host. */
const deniedIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
].map(parseNetwork);

/** Global unicast; everything outside is denied: loopback, mapped, NAT64, local, multicast. */
const publicIpv6 = parseNetwork('2000::/3');

/** Inside 2000::/3: protocol assignments with Teredo, documentation twice, 6to4. */
const deniedIpv6 = ['2001::/23', '2001:db8::/32', '3fff::/20', '2002::/16'].map(parseNetwork);

export function parseNetwork(cidr: string): Network {
  return ipaddr.parseCIDR(cidr);
}

/** An address as text; an IPv4 address in IPv6 clothes is judged as what it is. */
export function parseAddress(text: string): Address {
  return ipaddr.process(text);
}

export function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

export function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return !isWithin(address, deniedIpv4);
  return isWithin(address, [publicIpv6]) && !isWithin(address, deniedIpv6);
}

/** The network of this one address, as the config writes it. */
export function asNetwork(address: Address): string {
  return `${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128}`;
}
