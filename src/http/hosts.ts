import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether the remote address of a connection is this machine. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family !== 0 && loopback.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether a request came directly from this machine. A proxy on this machine adds a forwarded header to the
 * requests of other machines.
 */
export const isLocalRequest = (request: IncomingMessage): boolean =>
  isLoopback(request.socket.remoteAddress) &&
  request.headers['x-forwarded-for'] === undefined &&
  request.headers.forwarded === undefined;

/**
 * The names under which this server may be called: those of loopback, the one it listens on, and the one of its
 * public URL. An IP address is always accepted: DNS rebinding needs a name, so a page of another origin cannot use
 * an address.
 */
export function hostCheck(
  listening: string,
  publicUrl: string | undefined,
): (host: string | undefined) => boolean {
  const names = new Set(['localhost', listening.toLowerCase()]);
  if (publicUrl !== undefined) names.add(new URL(publicUrl).hostname.toLowerCase());
  return (host) => {
    const [, literal, name] =
      /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+?)\.?)(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
    if (literal !== undefined) return isIP(literal) === 6;
    if (name === undefined) return false;
    const plain = name.toLowerCase();
    return isIP(plain) === 4 || names.has(plain) || plain.endsWith('.localhost');
  };
}
