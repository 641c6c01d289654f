import { BlockList, isIP } from 'node:net';

/** A network as a CIDR: `10.0.0.0/8`, `2001:db8::/32`, or one address with all its bits. */
const cidr = /^([0-9a-f.:]+)\/(\d{1,3})$/i;

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** IPv4 written as IPv6. Sources are compared in their usual form, so such a network would match none of them. */
const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');

function networkOf(text: string): Network | undefined {
  const [, address = '', written = ''] = cidr.exec(text) ?? [];
  const bits = Number(written);
  const version = isIP(address);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  if (version === 6 && mapped.check(address, 'ipv6')) return undefined;
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

export const isCidr = (text: string): boolean => networkOf(text) !== undefined;

/** Tells whether a source address is inside one of some networks. Without networks every address is. */
export function networkCheck(networks: readonly string[]): (source: string) => boolean {
  if (networks.length === 0) return () => true;
  const inside = new BlockList();
  for (const text of networks) {
    const network = networkOf(text);
    if (network) inside.addSubnet(network.address, network.bits, network.family);
  }
  return (source) => {
    const [address = ''] = source.split('%');
    const version = isIP(address);
    return version !== 0 && inside.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
