import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** An IPv4 address that arrived over an IPv6 socket, in its usual form. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * The address that a request came from. `ip` is what Fastify makes of the forwarded headers: it believes only
 * the declared proxies, from the peer of the connection on. What is no address there is not believed either.
 */
export function sourceOf({ raw, ip }: { readonly raw: IncomingMessage; readonly ip: string }): string {
  const forwarded = plainAddress(ip);
  if (isIP(forwarded) !== 0) return forwarded;
  return plainAddress(raw.socket.remoteAddress ?? '') || 'unknown';
}

/** What one client holds: an IPv4 address, or the 64 bits of an IPv6 network. */
export function networkOf(source: string): string {
  if (isIP(source) !== 6) return source;
  const [head = '', tail] = source.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = tail === undefined ? before : [...before, ...missing, ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
