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
  moved:
    'Leads to the public internet, but was registered in a network that the operator allows: it has to prove that it wants events.',
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

export const isRefusal = (found: object | string): found is TargetRefusal =>
  typeof found === 'object' && 'sentence' in found;

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

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/**
 * One place that an operator allows besides the public internet: a range of addresses, or the internal addresses of
 * one host name; with a port, only there.
 */
interface AllowedPlace {
  readonly range: Range | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** What one purpose may reach besides the public internet. */
export type Allowed = readonly AllowedPlace[];

/**
 * Reads an entry of an allow-list: a CIDR, an address or a host name, and a port behind a colon where only that port
 * is meant. An IPv6 address with a port is in brackets. `undefined`: it is none of these.
 */
function readPlace(entry: string): AllowedPlace | undefined {
  const [, bracketed, plain = bracketed ?? '', digits] =
    /^(?:\[([^\]]+)\]|([^[\]:]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::([1-9][0-9]{0,4}))?$/.exec(entry) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (plain === '' || (port !== undefined && port > 65_535)) return undefined;
  const cidr = isIP(plain) === 0 ? plain : `${plain}/${isIP(plain) === 4 ? 32 : 128}`;
  if (ipaddr.isValidCIDR(cidr)) return { range: ipaddr.parseCIDR(cidr), host: undefined, port };
  const host = plain.toLowerCase();
  return dnsName.test(host) ? { range: undefined, host, port } : undefined;
}

export const isAllowEntry = (entry: string): boolean => readPlace(entry) !== undefined;

export const readAllowed = (entries: readonly string[]): Allowed =>
  entries.map((entry) => {
    const place = readPlace(entry);
    if (!place) throw new Error('An entry of an allow-list is neither a CIDR, an address nor a host.');
    return place;
  });

const readRanges = (cidrs: readonly string[]): readonly Range[] =>
  cidrs.map((cidr) => ipaddr.parseCIDR(cidr));

/** In a public range, but served by the cloud host itself: Azure's wire server. */
const insidePublic = readRanges(['168.63.129.16/32']);

/** The range that IANA has allocated for the internet. Every other IPv6 address is special or unallocated. */
const globalUnicast = readRanges(['2000::/3']);

const isIn = (address: Address, ranges: readonly Range[]): boolean =>
  ranges.some((range) => range[0].kind() === address.kind() && address.match([range[0], range[1]]));

/** The addresses of networks that an organisation runs itself. A host name in an allow-list opens no others. */
const internalKinds: readonly string[] = ['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'];

const isAllowed = ({ host, port }: Pick<Target, 'host' | 'port'>, address: Address, allow: Allowed) =>
  allow.some((place) => {
    if (place.port !== undefined && place.port !== port) return false;
    if (place.range) return isIn(address, [place.range]);
    return place.host === host && internalKinds.includes(address.range());
  });

/**
 * Whether an address is one host on the public internet. `range()` knows the special-purpose registries of
 * IANA (loopback, private, shared, link-local, documentation, benchmarking, NAT64, 6to4, Teredo, ORCHID and
 * more). An address that wraps another one (mapped, translated, tunnelled) is never public here.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || isIn(address, insidePublic)) return false;
  return address.kind() === 'ipv4' || isIn(address, globalUnicast);
}

/** The host and port of a URL as entries of an allow-list; none if it cannot be called at all. */
export function allowEntriesOf(url: string): readonly string[] {
  const target = readTarget(url);
  return isRefusal(target) ? [] : [`${target.url.hostname}:${target.port}`];
}

/** Where a call goes: to a place that the operator allows, or to the public internet. */
export type Place = 'inside' | 'public';

/**
 * Where the addresses of a target's host are, or why they may not be dialled. All of them must be in one place: a name
 * with a private address beside a public one is an attack. Plain HTTP and the ports of other protocols are allowed
 * only inside.
 */
export function placeOf(
  target: Pick<Target, 'protocol' | 'host' | 'port'>,
  addresses: readonly string[],
  allow: Allowed,
): Place | TargetRefusal {
  // The address parser is lenient, too: it accepts `127.1`, which the connection would look up as a name.
  if (addresses.some((text) => isIP(text) === 0)) return refusal('address');
  if (addresses.length === 0) return 'public';
  const found = addresses.map((text) => ipaddr.parse(text));
  const outside = found.filter((address) => !isAllowed(target, address, allow));
  if (outside.length === 0) return 'inside';
  if (outside.length < found.length || !outside.every(isPublic)) return refusal('address');
  if (target.protocol !== 'https:') return refusal('scheme');
  return target.port === 443 || target.port >= 1_024 ? 'public' : refusal('port');
}
