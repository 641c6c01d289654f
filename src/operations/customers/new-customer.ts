import type { CustomerInput } from '../../domain/customers/customer.ts';
import { draftCustomer } from '../../domain/customers/customer.ts';
import { parseId } from '../../domain/ids.ts';
import { kycRequestsAtBirth } from '../../domain/kyc/verification.ts';
import type { Deed } from '../journal.ts';
import type { Context } from '../system.ts';
import { birthOf } from './address-verdicts.ts';
import { digestsOf, givenFields } from './digests.ts';
import type { SealedCustomer } from './sealing.ts';
import { sealCustomer } from './sealing.ts';

export interface NewlyBorn {
  readonly row: SealedCustomer;
  /** What is written down of it. */
  readonly deed: Deed;
}

/** A customer as it begins, ready to be written. The body has passed every check. */
export function bearCustomer(
  { system, ring, now, scope }: Pick<Context, 'system' | 'ring' | 'now' | 'scope'>,
  body: CustomerInput,
): NewlyBorn {
  const customerId = system.newId<'customer'>();
  const { profile, ssn } = draftCustomer(body, birthOf(system, now));
  const head = {
    customer_id: customerId,
    brand_person_id: parseId<'brand person'>(body.brand_person_id ?? '') ?? system.newId<'brand person'>(),
    bond_brand_id: scope.brandId,
    created_at: now,
    updated_at: now,
    kyc_status: undefined,
    kyc_requests_available: kycRequestsAtBirth,
  };
  const row = sealCustomer(system, ring, { head, profile, ssn });
  const fields = givenFields(profile);
  const digests = digestsOf(row.digest, fields, profile, ssn);
  return { row, deed: { customerId, event: { type: 'customer.created' }, fields, digests } };
}
