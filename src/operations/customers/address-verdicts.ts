import type { Address, AddressDefaults, Deliverability } from '../../domain/customers/address.ts';
import type { Profile } from '../../domain/customers/customer.ts';
import type { Instant } from '../../domain/time.ts';
import type { AddressVerifier } from '../../providers/address.ts';
import type { System } from '../system.ts';

/** What a new address gets: an id, a date, and a verdict if one is known without a call. */
export const addressDefaultsFor = (
  { verifier, newId }: Pick<System, 'verifier' | 'newId'>,
  now: Instant,
): AddressDefaults => ({
  now,
  newAddressId: newId,
  verdictOn: (fields) => verdictOf(verifier.verifyNow(fields)),
});

export const verdictOf = (finding: ReturnType<AddressVerifier['verifyNow']>): Deliverability | undefined =>
  finding.kind === 'verdict' ? finding.deliverability : undefined;

/** Whether one of the addresses needs a call to a remote verifier. */
export const hasUnverifiedAddress = (system: Pick<System, 'verifier'>, profile: Profile): boolean =>
  profile.addresses.some((address) => needsVerdict(system, address));

/** Whether an address has no verdict and a call may return one. */
export const needsVerdict = ({ verifier }: Pick<System, 'verifier'>, address: Address): boolean =>
  address.deliverability === undefined && verifier.verifyNow(address).kind === 'needs_call';
