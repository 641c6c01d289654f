import type { AddressFields, Deliverability } from '../domain/customers/address.ts';
import type { AddressFinding, AddressVerifier, Later } from './address.ts';
import { isInUs, verdict } from './address.ts';

/**
 * The street lines with which Lob's test environment shows each of its answers, under any city and ZIP code
 * (Lob API reference, "US Verifications Test Environment"). What clients have tested with there works here.
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

/** The one building whose units the sandbox knows: the one of Bond's samples, which has suites. */
const building = { street: '345 california street', zip: '94104' } as const;

/** The verifier of a sandbox: `base`, and beside it addresses that bring out every verdict there is. */
export function openSandboxVerifier(base: AddressVerifier): AddressVerifier {
  return {
    verifyNow: (address) => staged(address, base.verifyNow(address)),
    verify: async (address) => staged(address, await base.verify(address)),
  };
}

function staged<Found extends AddressFinding | Later>(
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
