import type { Address, AddressFields } from '../../domain/customers/address.ts';
import { sameFields, withVerdict } from '../../domain/customers/address.ts';
import type { Profile } from '../../domain/customers/customer.ts';
import { readProfile, writeProfile } from '../../domain/customers/record.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { AddressFinding } from '../../providers/address.ts';
import { isWorthAskingAgain } from '../../providers/address.ts';
import { journalPart } from '../../store/audit/journal.ts';
import type { ChangeableRow, CustomerRowChange } from '../../store/customers/customers.ts';
import { changeCustomer, readForChange } from '../../store/customers/customers.ts';
import { journalOf } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { isOpen, verdictOf } from './address-verdicts.ts';
import { customerSealContext, primaryVerdict } from './sealing.ts';

/** Seconds until a vendor that could not answer is asked again, try by try; then it is left at that. */
const pauses = [5, 30, 300, 3_600, 21_600, 86_400] as const;

interface Found {
  readonly address: Address;
  readonly finding: AddressFinding;
}

/**
 * Asks about the addresses of one customer that still have no verdict, and writes what was found. The call
 * comes first and holds nothing; what an address has become meanwhile is never overwritten. What could not
 * be found out, and may be another time, is put off.
 */
export async function verifyAddresses(system: System, brandId: BrandId, id: CustomerId): Promise<void> {
  const before = await openCustomer(system, brandId, id);
  if (!before) return;
  const open = before.profile.addresses.filter((address) => isOpen(system, address));
  const found = await Promise.all(
    open.map(async (address) => ({ address, finding: await system.verifier.verify(address) })),
  );
  // Each round that comes too late is one in which the customer changed; the last one is made good by the lease.
  for (let round = 0; round < 5; round += 1) {
    const now = await openCustomer(system, brandId, id);
    if (!now || (await writeFindings(system, brandId, now, found)) === 'done') return;
  }
}

interface OpenedRow {
  readonly row: ChangeableRow;
  readonly profile: Profile;
}

async function openCustomer(
  system: System,
  brandId: BrandId,
  id: CustomerId,
): Promise<OpenedRow | undefined> {
  const row = await readForChange(scopeOf(system, brandId), id);
  if (!row) return undefined;
  const keyring = await system.keyrings.of(brandId);
  const place = customerSealContext('profile', id, row.profileSeal);
  return { row, profile: readProfile(await readSealed(system.keyrings, keyring, place, row.profile)) };
}

async function writeFindings(
  system: System,
  brandId: BrandId,
  { row, profile }: OpenedRow,
  found: readonly Found[],
) {
  const now = system.now();
  const addresses = profile.addresses.map((address) => withFinding(address, found));
  const learned = addresses.some((address, index) => address !== profile.addresses[index]);
  const seal = row.profileSeal + 1;
  const id = row.head.customer_id;
  const keyring = await system.keyrings.of(brandId);
  const next = { ...profile, addresses };
  const change: CustomerRowChange = {
    id,
    version: row.version,
    updatedAt: learned ? now : row.head.updated_at,
    profile: {
      sealed: keyring.seal(customerSealContext('profile', id, seal), writeProfile(next)),
      seal,
      deliverability: primaryVerdict(addresses),
    },
    verify: nextTry(system, next, found, row.verifyTries, now),
  };
  const cause = { actor: { kind: 'clientele' }, operation: 'verifyAddresses' } as const;
  const changeRecord = {
    customerId: id,
    event: { type: 'customer.updated' },
    fields: ['addresses'],
  } as const;
  const parts = learned ? [journalPart(journalOf(system, cause, now, changeRecord))] : [];
  const outcome = await changeCustomer(scopeOf(system, brandId), change, parts);
  if (learned) system.db.wake();
  return outcome;
}

function withFinding(address: Address, found: readonly Found[]): Address {
  const match = found.find(
    (one) => one.address.address_id === address.address_id && sameFields(one.address, address),
  );
  const verdict = match && verdictOf(match.finding);
  return verdict === undefined || address.deliverability !== undefined
    ? address
    : withVerdict(address, verdict);
}

/** When to ask again, if any address is still open and its vendor may answer another time. */
function nextTry(system: System, profile: Profile, found: readonly Found[], tries: number, now: Instant) {
  const isNew = (address: AddressFields) => !found.some((one) => sameFields(one.address, address));
  const open = profile.addresses.filter((address) => isOpen(system, address));
  if (open.some(isNew)) return { at: now, tries: 0 };
  const again = found.flatMap(({ finding, address }) =>
    finding.kind === 'unknown' && isWorthAskingAgain(finding) && open.some((one) => sameFields(one, address))
      ? [finding.retryAfterSeconds ?? 0]
      : [],
  );
  const pause = pauses[tries];
  if (again.length === 0 || pause === undefined) return { at: undefined, tries: 0 };
  return { at: plusSeconds(now, Math.max(pause, ...again)), tries: tries + 1 };
}
