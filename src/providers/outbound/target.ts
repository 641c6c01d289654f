import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Decides which URLs may be called. A URL comes from outside (a webhook of a brand), but the call comes from inside
 * the network. Only the public internet and the ranges that an operator has named are allowed.
 */
export interface TargetRefusal {
  readonly reason: RefusalReason;
  /** A sentence for people with the next step. It never repeats the URL, which may contain a secret. */
  readonly sentence: string;
}

const sentences = {
  not_a_url: 'Must be an absolute URL, for example https://hooks.example.com/customers.',
  too_long: 'Must be at most 2,048 characters.',
  scheme: 'Must begin with https://.',
  user_info: 'Must not carry a user name or a password: put the secret into the path.',
  spelling:
    'Must name its host in the plain form: letters a to z, digits, dots and dashes (international names as xn--…), an IPv4 address as four decimal numbers, an IPv6 address in its shortest form.',
  port: 'Must use port 443 or one from 1024 on.',
  address:
    'Must lead to public internet addresses only. An operator can allow other networks with CLIENTELE_WEBHOOK_ALLOW.',
  unresolved: 'The host has no address: check its name, or try again once its DNS entry can be seen.',
} as const satisfies Readonly<Record<string, string>>;

export type RefusalReason = keyof typeof sentences;

export const refusal = (reason: RefusalReason): TargetRefusal => ({ reason, sentence: sentences[reason] });

export interface Target {
  readonly url: URL;
  readonly protocol: 'http:' | 'https:';
  /** A DNS name or an IP address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
}

export const isRefusal = (found: object): found is TargetRefusal => 'sentence' in found;

const maxLength = 2_048;
const dnsName =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads a URL before any name is looked up. The URL parser is lenient: it reads `0x7f.1`, `127。0。0。1` and
 * `[::ffff:7f00:1]` as loopback, drops tabs, and takes `\` for `/`. A host must be written exactly as the parser
 * writes it, so that every other reader of the URL gets the same host.
 */
export function readTarget(text: string): Target | TargetRefusal {
  if (text.length > maxLength) return refusal('too_long');
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text);
  if (!parts || /[\s\\\p{C}]/u.test(text) || !URL.canParse(text)) return refusal('not_a_url');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refusal('scheme');
  const authority = parts[2] ?? '';
  if (authority.includes('@')) return refusal('user_info');
  const [, written = '', port] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(authority) ?? [];
  if (written === '' || written.toLowerCase() !== url.hostname) return refusal('spelling');
  if (port !== undefined && (port.startsWith('0') || Number(port) > 65_535)) return refusal('port');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !dnsName.test(host)) return refusal('spelling');
  const usual = url.protocol === 'https:' ? 443 : 80;
  return { url, protocol: url.protocol, host, port: url.port === '' ? usual : Number(url.port) };
}

/** Ranges of addresses, written as CIDRs and read once. */
export type Ranges = readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];

export const readRanges = (cidrs: readonly string[]): Ranges => cidrs.map((cidr) => ipaddr.parseCIDR(cidr));

/** In a public range, but served by the cloud host itself: Azure's wire server. */
const insidePublic = readRanges(['168.63.129.16/32']);

/** The range that IANA has allocated for the internet. Every other IPv6 address is special or unallocated. */
const globalUnicast = readRanges(['2000::/3']);

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, ranges: Ranges): boolean =>
  ranges.some((range) => range[0].kind() === address.kind() && address.match([range[0], range[1]]));

/**
 * Whether an address is one host on the public internet. `range()` knows the special-purpose registries of
 * IANA (loopback, private, shared, link-local, documentation, benchmarking, NAT64, 6to4, Teredo, ORCHID and
 * more). An address that wraps another one (mapped, translated, tunnelled) is never public here.
 */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || isIn(address, insidePublic)) return false;
  return address.kind() === 'ipv4' || isIn(address, globalUnicast);
}

/**
 * Checks whether the addresses of a target's host may be dialled. All of them must be allowed: a name with a
 * private address beside a public one is an attack. Plain HTTP and the ports of other protocols are allowed only in
 * ranges that an operator has named.
 */
export function refusedAddresses(
  target: Pick<Target, 'protocol' | 'port'>,
  addresses: readonly string[],
  allow: Ranges,
): TargetRefusal | undefined {
  // The address parser is lenient, too: it accepts `127.1`, which the connection would look up as a name.
  if (addresses.some((text) => isIP(text) === 0)) return refusal('address');
  const outside = addresses.map((text) => ipaddr.parse(text)).filter((address) => !isIn(address, allow));
  if (outside.length === 0) return undefined;
  if (!outside.every(isPublic)) return refusal('address');
  if (target.protocol !== 'https:') return refusal('scheme');
  return target.port === 443 || target.port >= 1_024 ? undefined : refusal('port');
}
