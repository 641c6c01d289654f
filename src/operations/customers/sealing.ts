import type { Address } from '../../domain/customers/address.ts';
import type { CustomerDraft } from '../../domain/customers/customer.ts';
import type { CustomerHead } from '../../domain/customers/record.ts';
import { writeProfile } from '../../domain/customers/record.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import type { Instant } from '../../domain/time.ts';
import { kycTriggers } from '../../domain/trigger-numbers.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import type { NewCustomerRow } from '../../store/customers/writes.ts';
import type { Digest, Keyring } from '../../vault/vault.ts';
import type { System } from '../system.ts';
import { hasUnverifiedAddress } from './address-verdicts.ts';
import { indexValues } from './index-values.ts';

/** What a customer's profile is bound to, besides its brand and its id. */
export type BoundFacts = Pick<
  CustomerRow,
  'head' | 'version' | 'profileSeal' | 'kycPassedAt' | 'ssnSeal' | 'holds' | 'closedOn' | 'closingStatedOn'
>;

/** The context of a profile: it opens only beside the very values that the row had when it was sealed. */
export const profileSealContext = (row: BoundFacts): SealContext => {
  const { head } = row;
  return sealContext(
    'customers.profile',
    {
      customer_id: head.customer_id,
      version: row.version,
      brand_person_id: head.brand_person_id,
      created_at: head.created_at,
      updated_at: head.updated_at,
      kyc_status: head.kyc_status,
      kyc_passed_at: row.kycPassedAt,
      kyc_requests_available: head.kyc_requests_available,
      ssn_seal: row.ssnSeal,
      holds: row.holds,
      closed_on: row.closedOn,
      closing_stated_on: row.closingStatedOn,
    },
    row.profileSeal,
  );
};

export const ssnSealContext = (id: CustomerId, sealNumber: number): SealContext =>
  sealContext('customers.ssn', { customer_id: id }, sealNumber);

/** The context of the proof of when a customer was deleted. */
export const deletionSealContext = (id: CustomerId, deletedAt: Instant): SealContext =>
  sealContext('deleted_customers.deletion', { customer_id: id, deleted_at: deletedAt });

/** The context of a customer's own key. */
export const customerKeySealContext = (id: CustomerId): SealContext =>
  sealContext('customers.audit_key', { customer_id: id });

/** In a sandbox, many customers may have the same trigger number, which selects how a verification ends. */
export const isUnique = ({ environment }: Pick<System, 'environment'>, ssn: string | undefined): boolean =>
  ssn !== undefined && !(environment === 'sandbox' && kycTriggers.has(ssn));

/** The verdict that a search finds the customer by. */
export const primaryVerdict = (addresses: readonly Address[]) =>
  addresses.find((address) => address.is_primary)?.deliverability;

export interface UnsealedCustomer extends CustomerDraft {
  readonly head: CustomerHead;
  readonly kycPassedAt?: Instant | undefined;
}

/** A row to be written, and the profile's text, from which the answer is made. */
export interface SealedCustomer extends NewCustomerRow {
  readonly profileText: string;
  readonly digest: Digest;
}

/** The row of a new customer, with personal data sealed and indexed. */
export function sealCustomer(
  system: Pick<System, 'environment' | 'verifier'>,
  keyring: Keyring,
  customer: UnsealedCustomer,
): SealedCustomer {
  const { head, profile, ssn, kycPassedAt } = customer;
  const profileText = writeProfile(profile);
  const own = keyring.newCustomerKey(customerKeySealContext(head.customer_id));
  return {
    profileText,
    digest: own.key.digest,
    auditKey: own.sealed,
    head,
    ...(kycPassedAt !== undefined && { kycPassedAt }),
    deliverability: primaryVerdict(profile.addresses),
    verifyAt: hasUnverifiedAddress(system, profile) ? head.updated_at : undefined,
    profile: keyring.seal(
      profileSealContext({
        head,
        version: 1,
        profileSeal: 1,
        kycPassedAt,
        ssnSeal: 1,
        holds: 0,
        closedOn: undefined,
        closingStatedOn: undefined,
      }),
      profileText,
    ),
    ssn: ssn && keyring.seal(ssnSealContext(head.customer_id, 1), ssn),
    ssnUnique: isUnique(system, ssn),
    index: indexValues(keyring, profile, ssn),
  };
}
