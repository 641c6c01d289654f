import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { isLocalRequest } from '../hosts.ts';
import { plainAddress } from './source.ts';

/** What an orchestrator asks on the network of its machines. Neither takes a key or shows a record. */
const probes: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz']);

/**
 * Whether a request came in plain HTTP from elsewhere than a declared proxy. Where proxies are declared, every
 * client is behind one of them, so such a request has passed the TLS by, and its key was readable on the way.
 */
export function plainHttpCheck(proxies: readonly string[]): (request: FastifyRequest) => boolean {
  if (proxies.length === 0) return () => false;
  const isProxy = peerCheck(proxies);
  return ({ raw, routeOptions }) => {
    if ('encrypted' in raw.socket || isProxy(raw.socket.remoteAddress)) return false;
    if (probes.has(routeOptions.url)) return false;
    return routeOptions.url !== '/metrics' || !isLocalRequest(raw);
  };
}

/** Whether an address is inside one of these CIDRs. */
function peerCheck(cidrs: readonly string[]): (address: string | undefined) => boolean {
  const listed = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = plainAddress(cidr).split('/');
    listed.addSubnet(network, Number(bits), familyOf(network));
  }
  return (address) => {
    const plain = plainAddress(address ?? '').split('%')[0] ?? '';
    return isIP(plain) !== 0 && listed.check(plain, familyOf(plain));
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
