import type { AddressFields } from '../domain/customers/address.ts';
import type { AddressFinding, AddressVerifier } from './address.ts';
import { isInUs, unknown, verdict } from './address.ts';
import { cityKeys } from './address-cities.ts';
import type { ZipRow, ZipTable } from './address-zips.ts';
import { zipTable } from './address-zips.ts';

/**
 * The verifier without a vendor. An address is `undeliverable` only if the open data contradicts it. It has no
 * verdict if its street lines have no number or no name. `deliverable` means that no contradiction was found:
 * this verifier cannot prove that a mailbox exists, and it has no data about units.
 */
export function openOfflineVerifier(table: () => ZipTable = zipTable): AddressVerifier {
  const find = (address: AddressFields): AddressFinding => {
    if (!isInUs(address)) return unknown('not_us');
    if (isContradicted(address, table())) return verdict('undeliverable');
    return hasStreetShape(address) ? verdict('deliverable') : unknown('no_verdict');
  };
  return { verifyNow: find, verify: async (address) => find(address) };
}

const armedForces: ReadonlySet<string> = new Set(['AA', 'AE', 'AP']);
const postOffices: ReadonlySet<string> = new Set(['apo', 'dpo', 'fpo']);

/** Whether the data proves that ZIP code, state and city do not belong together. */
function isContradicted(address: AddressFields, table: ZipTable): boolean {
  const { state, city } = address;
  const zip = address.zip_code.slice(0, 5);
  const rows = table.at(zip);
  if (!rows.some((row) => row.state === state)) return true;
  // A unit may move from one kind of post office to another.
  if (armedForces.has(state)) return !cityKeys(city, state).some((key) => postOffices.has(key));
  return isElsewhere(address, rows, table);
}

/** A city and a ZIP code this far apart contradict each other. A ZIP code of a large rural area spans less. */
const nearKm = 80;

/** From this number of ZIP codes on, a city of the same name in another state counts as the intended one. */
const largeCity = 10;

/**
 * Whether the data has the city only far from the ZIP code. Open data has one or two names for a ZIP code, so a
 * name that it does not have proves nothing: suburbs, neighbourhoods and towns get mail too. A small place of the
 * same name in another state proves nothing either.
 */
function isElsewhere({ city, state, zip_code }: AddressFields, rows: readonly ZipRow[], table: ZipTable) {
  const keys = cityKeys(city, state);
  if (keys.some((key) => table.hasNeighbour(zip_code, state, key))) return false;
  const here = rows[0]?.position;
  const named = keys.flatMap((key) => table.named(key));
  if (here === undefined || named.some((row) => isNear(here, row.position))) return false;
  if (named.some((row) => row.state === state)) return true;
  const zips = new Map<string, number>();
  for (const row of named) zips.set(row.state, (zips.get(row.state) ?? 0) + 1);
  return [...zips.values()].some((count) => count >= largeCity);
}

/** Whether two positions are near, on a plane, which is accurate enough. A missing position may be near. */
function isNear(one: Position, other: Position | undefined): boolean {
  if (other === undefined) return true;
  const kmPerTenth = 11.1;
  const northKm = (one.latitude - other.latitude) * kmPerTenth;
  const shrink = Math.cos((one.latitude / 10) * (Math.PI / 180));
  const eastKm = (one.longitude - other.longitude) * kmPerTenth * shrink;
  return Math.hypot(northKm, eastKm) <= nearKm;
}

type Position = NonNullable<ZipRow['position']>;

/** The designators of USPS Publication 28, appendix C2: what follows them is not a street. */
const unitDesignator =
  /^\s*(?:#|(?:apt|apartment|bldg|building|bsmt|basement|dept|department|fl|floor|frnt|front|hngr|hangar|key|lbby|lobby|lot|lowr|lower|ofc|office|ph|penthouse|pier|rear|rm|room|side|slip|spc|space|ste|suite|stop|trlr|trailer|unit|uppr|upper)\b)/i;

/** A house number in words: `Eleven Madison Ave`, `Forty-Two Elm St`, `One Hundred Main St`. */
const numberWord =
  /^\s*(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:a )?(?:hundred|thousand))\b/i;

/**
 * Mail needs a number and a name: a house, a `PO Box 12`, a `RR 2 Box 7`; or General Delivery. They may be on
 * either line. The number must not be that of a unit.
 */
function hasStreetShape({ street, street2, state }: AddressFields): boolean {
  // Ships have names instead of numbers.
  if (armedForces.has(state)) return true;
  const line = unitDesignator.test(street2) ? street : `${street} ${street2}`;
  if (/^\s*general\s+delivery\b/i.test(line)) return true;
  return /\p{L}/u.test(line) && (/\p{Nd}/u.test(line) || numberWord.test(line));
}
