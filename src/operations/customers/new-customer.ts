import type { CustomerInput } from '../../domain/customers/customer.ts';
import { draftCustomer } from '../../domain/customers/customer.ts';
import { parseId } from '../../domain/ids.ts';
import { initialKycRequests } from '../../domain/kyc/verification.ts';
import { screeningPart } from '../../store/screening/queue.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import type { ChangeRecord } from '../journal.ts';
import type { Context, System } from '../system.ts';
import { addressDefaultsFor } from './address-verdicts.ts';
import { digestsOf, presentFields } from './digests.ts';
import type { SealedCustomer } from './sealing.ts';
import { sealCustomer } from './sealing.ts';

export interface NewCustomer {
  readonly row: SealedCustomer;
  /** As `numberOf` makes it. */
  readonly ssn: string | undefined;
  /** What the audit trail records. */
  readonly changeRecord: ChangeRecord;
  /** What else its statement writes. */
  readonly parts: readonly StatementPart[];
}

/** What a new customer is made with. */
export interface CustomerTools extends Pick<Context, 'keyring' | 'now'> {
  readonly system: Pick<System, 'environment' | 'newId' | 'verifier'> & { readonly screening: unknown };
  readonly scope: Pick<Context['scope'], 'brandId'>;
}

/** A new customer, ready to be written. The body has passed every check. */
export function newCustomer(
  { system, keyring, now, scope }: CustomerTools,
  body: CustomerInput,
): NewCustomer {
  const customerId = system.newId<'customer'>();
  const { profile, ssn } = draftCustomer(body, addressDefaultsFor(system, now));
  const head = {
    customer_id: customerId,
    brand_person_id: parseId<'brand person'>(body.brand_person_id ?? '') ?? system.newId<'brand person'>(),
    bond_brand_id: scope.brandId,
    created_at: now,
    updated_at: now,
    kyc_status: undefined,
    kyc_requests_available: initialKycRequests,
  };
  const row = sealCustomer(system, keyring, { head, profile, ssn });
  const fields = presentFields(profile);
  const digests = digestsOf(row.digest, fields, profile, ssn);
  const facts = { record_version: 1 };
  return {
    row,
    parts: system.screening ? [screeningPart(now)] : [],
    ssn,
    changeRecord: { customerId, event: { type: 'customer.created' }, fields, digests, facts },
  };
}
