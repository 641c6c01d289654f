import type { AddressFields } from '../domain/customers/address.ts';
import type { AddressFinding, AddressVerifier } from './address.ts';
import { isInUs, unknown, verdict } from './address.ts';
import { cityKeys } from './address-cities.ts';
import type { ZipTable } from './address-zips.ts';
import { zipTable } from './address-zips.ts';

/**
 * The verifier that needs nobody: it proves that ZIP code, state and city belong together and that the
 * street reads like something mail is delivered to. It cannot prove that a mailbox exists, so its
 * `deliverable` means "nothing speaks against it", and it never says anything about units.
 */
export function openOfflineVerifier(table: () => ZipTable = zipTable): AddressVerifier {
  const find = (address: AddressFields): AddressFinding => {
    if (!isInUs(address)) return unknown('not_us');
    return verdict(isConsistent(address, table()) ? 'deliverable' : 'undeliverable');
  };
  return { verifyNow: find, verify: async (address) => find(address) };
}

const armedForces: ReadonlySet<string> = new Set(['AA', 'AE', 'AP']);
const postOffices: ReadonlySet<string> = new Set(['apo', 'dpo', 'fpo']);

function isConsistent(address: AddressFields, table: ZipTable): boolean {
  const { state, city } = address;
  const zip = address.zip_code.slice(0, 5);
  const rows = table.neighbourhood(zip.slice(0, 3));
  if (!rows.some((row) => row.zip === zip && row.state === state)) return false;
  // Ships have names instead of numbers, and units move from one kind of post office to another.
  if (armedForces.has(state)) return cityKeys(city, state).some((key) => postOffices.has(key));
  const keys = cityKeys(city, state);
  return rows.some((row) => row.state === state && keys.includes(row.city)) && hasStreetShape(address);
}

/** The designators of USPS Publication 28, appendix C2: what follows them is not a street. */
const unitDesignator =
  /^\s*(?:#|(?:apt|apartment|bldg|building|bsmt|basement|dept|department|fl|floor|frnt|front|hngr|hangar|key|lbby|lobby|lot|lowr|lower|ofc|office|ph|penthouse|pier|rear|rm|room|side|slip|spc|space|ste|suite|stop|trlr|trailer|unit|uppr|upper)\b)/i;

const numberWord = /^\s*(?:one|two|three|four|five|six|seven|eight|nine|ten)\b/i;

/**
 * Mail needs a number and a name: a house, a `PO Box 12`, a `RR 2 Box 7`; or General Delivery. Which of the
 * two lines they stand on does not matter, only that the number is not that of a unit.
 */
function hasStreetShape({ street, street2 }: AddressFields): boolean {
  const line = unitDesignator.test(street2) ? street : `${street} ${street2}`;
  if (/^\s*general\s+delivery\b/i.test(line)) return true;
  return /\p{L}/u.test(line) && (/\p{Nd}/u.test(line) || numberWord.test(line));
}
