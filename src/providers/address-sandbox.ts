import type { AddressFields, Deliverability } from '../domain/customers/address.ts';
import type { AddressFinding, AddressVerifier, NeedsCall } from './address.ts';
import { isInUs, verdict } from './address.ts';

/**
 * The street lines that Lob's test environment maps to a fixed verdict, under any city and ZIP code (Lob API
 * reference, "US Verifications Test Environment"). Clients can use the same test data here.
 */
export const magicStreets: ReadonlyMap<string, Deliverability> = new Map([
  ['commercial highrise', 'deliverable'],
  ['residential highrise', 'deliverable'],
  ['residential house', 'deliverable'],
  ['po box', 'deliverable'],
  ['rural route', 'deliverable'],
  ['puerto rico', 'deliverable'],
  ['military', 'deliverable'],
  ['department of state', 'deliverable'],
  ['deliverable', 'deliverable'],
  ['missing unit', 'deliverable_missing_unit'],
  ['incorrect unit', 'deliverable_incorrect_unit'],
  ['unnecessary unit', 'deliverable_unnecessary_unit'],
  ['undeliverable block match', 'undeliverable'],
  ['undeliverable no match', 'undeliverable'],
]);

/** The only building with units in the sandbox: the address of Bond's samples, which has suites. */
const building = { street: '345 california street', zip: '94104' } as const;

/** The verifier of a sandbox: `base`, and test addresses for every verdict. */
export function openSandboxVerifier(base: AddressVerifier): AddressVerifier {
  return {
    verifyNow: (address) => withTestVerdict(address, base.verifyNow(address)),
    verify: async (address) => withTestVerdict(address, await base.verify(address)),
  };
}

function withTestVerdict<Found extends AddressFinding | NeedsCall>(
  address: AddressFields,
  found: Found,
): Found | AddressFinding {
  if (!isInUs(address)) return found;
  const street = plain(address.street);
  const magic = magicStreets.get(street);
  if (magic) return verdict(magic);
  const isFine = found.kind === 'verdict' && found.deliverability === 'deliverable';
  const isWithoutUnit = street === building.street && address.street2.trim() === '';
  const isBuilding = isWithoutUnit && address.zip_code.startsWith(building.zip);
  return isFine && isBuilding ? verdict('deliverable_missing_unit') : found;
}

const plain = (street: string): string =>
  street
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{Nd}]+/gu, ' ')
    .trim()
    .replace(/\bst$/, 'street');
