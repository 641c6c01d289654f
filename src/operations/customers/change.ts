import type { Precondition } from '../../contract/operation.ts';
import type { AddressDefaults } from '../../domain/customers/address.ts';
import type { Changed, Profile, StoredCustomer } from '../../domain/customers/customer.ts';
import type { SentIdentity } from '../../domain/customers/identification.ts';
import { fullNumberOf, takenNumber } from '../../domain/customers/identification.ts';
import type { CustomerHead } from '../../domain/customers/record.ts';
import { readProfile, writeProfile } from '../../domain/customers/record.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { KycState } from '../../domain/kyc/verification.ts';
import type { Closing } from '../../domain/retention/policy.ts';
import { asksForScreening } from '../../domain/screening/screening.ts';
import type { Instant } from '../../domain/time.ts';
import { isUsedUp } from '../../store/audit/lookups.ts';
import { violatedIndex } from '../../store/connection/outage.ts';
import type { ChangeableRow, CustomerRow } from '../../store/customers/customers.ts';
import { readForChange } from '../../store/customers/customers.ts';
import { takenValues } from '../../store/customers/import.ts';
import type { CustomerRowChange } from '../../store/customers/writes.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import type { WriteOutcome } from '../../store/idempotency-claim.ts';
import { keepClaim } from '../../store/idempotency-claim.ts';
import { screeningPart } from '../../store/screening/queue.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import { readSealed } from '../keyrings.ts';
import { lastFourPart, noteComparison, noteDuplicate, refuseLastFour, refuseUsedUp } from '../lookups.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { addressDefaultsFor, hasUnverifiedAddress } from './address-verdicts.ts';
import { customerKeyOf, digestsOf } from './digests.ts';
import type { KeptHistory } from './history/earlier.ts';
import { keptHistory } from './history/earlier.ts';
import { indexValues, isIndexed } from './index-values.ts';
import { isUnique, primaryVerdict, profileSealContext, ssnSealContext } from './sealing.ts';

/** A change of one customer by a request. */
export interface CustomerEdit {
  readonly customerId: CustomerId;
  readonly ifMatch: Precondition;
  /** What the request identifies the person by, or its mask. The stored number is opened to compare with it. */
  readonly sent?: SentIdentity;
  /** Decides what changes. Called again if another change was written first. */
  readonly decide: (stored: StoredCustomer, addressDefaults: AddressDefaults) => Changed;
  readonly answer: (edited: Edited) => Answer;
}

/** A customer after an edit. */
export interface Edited {
  readonly head: CustomerHead;
  readonly profile: Profile;
  /** The profile as it is stored. */
  readonly profileText: string;
  readonly version: number;
}

/**
 * Every edit of a customer takes these steps: read, decide, seal, write, answer. If no value changes, nothing is
 * written. Under an Idempotency-Key the answer is stored either way.
 */
export async function editCustomer(context: Context, edit: CustomerEdit): Promise<Answer> {
  const { system, scope, now } = context;
  const { customerId, ifMatch, sent = {}, decide, answer } = edit;

  const { row, profile } = await openForChange(context, customerId, ifMatch);
  const ssn = hasNumber(sent) ? await openSsn(context, row) : undefined;

  const present = { profile, kyc: row.kyc, openSsn: () => ssn };
  const changed = decide(present, addressDefaultsFor(system, now));
  await noteUnchangedNumber(context, customerId, sent, changed);
  if (changed.fields.length === 0) {
    const { head, version } = row;
    const unchanged = answer({ head, profile, profileText: writeProfile(profile), version });
    if (context.claim) requireDone(await keepClaim(scope, context.claim(unchanged, customerId)));
    return unchanged;
  }

  const {
    change,
    text,
    digests,
    facts: kept,
    parts: more,
  } = await sealChange(context, { row, profile }, changed);
  const answered = answer({
    head: { ...row.head, updated_at: now },
    profile: changed.profile,
    profileText: text,
    version: row.version + 1,
  });

  const event = { type: 'customer.updated' } as const;
  const facts = { record_version: row.version + 1, ...kept };
  const journal = context.journal({ customerId, event, fields: changed.fields, digests, facts });
  const claim = context.claim?.(answered, customerId);
  const values = { ssn: changed.ssn, customerId };
  requireDone(
    await writeUnique(context, values, (parts) =>
      changeCustomer(scope, change, [journal, ...more, ...parts], claim),
    ),
  );
  return answered;
}

/** Whether a request says a number, in full or masked. */
export const hasNumber = ({ ssn, identification }: SentIdentity): boolean =>
  ssn !== undefined || identification !== undefined;

/** A full number that changes nothing is the stored one. @throws Refusal `lookup_budget` */
export async function noteUnchangedNumber(
  context: Context,
  id: CustomerId,
  sent: SentIdentity,
  changed: Changed,
): Promise<void> {
  const number = fullNumberOf(sent);
  if (number !== undefined && changed.ssn === undefined) await noteComparison(context, id, number, true);
}

// The single steps, which other changes of a customer also use.

/** A customer before a change: the row as it was read, and the decrypted profile. */
export interface UnsealedForChange {
  readonly row: ChangeableRow;
  readonly profile: Profile;
  /** The profile as it is stored. */
  readonly profileText: string;
}

/** @throws Refusal `customer_dne`, or `precondition_failed` if the row's version is not in `If-Match`. */
export async function openForChange(
  context: Context,
  id: CustomerId,
  ifMatch: Precondition,
): Promise<UnsealedForChange> {
  const opened = await readUnsealed(context, id);
  if (!opened) throw new Refusal('customer_dne');
  if (typeof ifMatch === 'object' && !ifMatch.includes(opened.row.version))
    throw new Refusal('precondition_failed');
  return opened;
}

/** The customer before a change; `undefined` if the brand has none of that id. */
export async function readUnsealed(
  context: Pick<Context, 'scope' | 'system' | 'keyring'>,
  id: CustomerId,
): Promise<UnsealedForChange | undefined> {
  const row = await readForChange(context.scope, id);
  if (!row) return undefined;
  const profileText = await openProfile(context, row);
  return { row, profileText, profile: readProfile(profileText) };
}

/** The text of a sealed profile. @throws VaultError where the customer's row was altered. */
export const openProfile = (
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  row: CustomerRow,
): Promise<string> => readSealed(system.keyrings, keyring, profileSealContext(row), row.profile);

/** The full number (`numberOf`), opened only for a change that sends one. */
export async function openSsn(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  row: Pick<ChangeableRow, 'ssn' | 'ssnSeal' | 'head'>,
): Promise<string | undefined> {
  if (row.ssn === undefined) return undefined;
  return readSealed(system.keyrings, keyring, ssnSealContext(row.head.customer_id, row.ssnSeal), row.ssn);
}

/** The values of a row that a change may replace. An absent value stays as it is. */
export interface NextValues {
  readonly updatedAt?: Instant;
  readonly ssn?: string | undefined;
  readonly kyc?: KycState;
  readonly holds?: number;
  readonly closing?: Closing;
}

/** The next version of a row. Its profile is sealed beside the values that the row then has. */
export function nextRow(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  row: CustomerRow,
  profileText: string,
  next: NextValues,
): CustomerRowChange {
  const { customer_id: id } = row.head;
  const { updatedAt = row.head.updated_at, ssn, kyc = kycOf(row), holds, closing } = next;
  const ssnSeal = ssn === undefined ? row.ssnSeal : row.ssnSeal + 1;
  const seal = row.profileSeal + 1;
  const place = profileSealContext({
    head: {
      ...row.head,
      updated_at: updatedAt,
      kyc_status: kyc.status,
      kyc_requests_available: kyc.requestsAvailable,
    },
    version: row.version + 1,
    profileSeal: seal,
    kycPassedAt: kyc.passedAt,
    ssnSeal,
    holds: holds ?? row.holds,
    closedOn: closing ? closing.closedOn : row.closedOn,
    closingStatedOn: closing?.statedOn ?? row.closingStatedOn,
  });
  return {
    id,
    version: row.version,
    updatedAt,
    profile: { sealed: keyring.seal(place, profileText), seal },
    ...(ssn !== undefined && {
      ssn: {
        sealed: keyring.seal(ssnSealContext(id, ssnSeal), ssn),
        seal: ssnSeal,
        unique: isUnique(system, ssn),
      },
    }),
    ...(next.kyc && { kyc }),
    ...(holds !== undefined && { holds }),
    ...(closing && { closing }),
  };
}

const kycOf = ({ head, kycPassedAt }: CustomerRow): KycState => ({
  status: head.kyc_status,
  passedAt: kycPassedAt,
  requestsAvailable: head.kyc_requests_available,
});

interface SealedChange {
  readonly change: CustomerRowChange;
  /** The text of the changed profile. */
  readonly text: string;
  /** Digests of the new values for the audit trail. */
  readonly digests: Readonly<Record<string, string>>;
  /** Keeps the values that the change replaces, and asks for a check of a new name. */
  readonly parts: readonly StatementPart[];
  /** For the audit entry of the change. */
  readonly facts: KeptHistory['facts'];
}

/** A decided change of at least one field, sealed and ready to be written. */
export async function sealChange(
  { system, keyring, now }: Pick<Context, 'system' | 'keyring' | 'now'>,
  { row, profile: before }: Pick<UnsealedForChange, 'row' | 'profile'>,
  changed: Changed,
  kyc?: KycState,
): Promise<SealedChange> {
  const text = writeProfile(changed.profile);
  const { sealed: auditKey, key } = await customerKeyOf({ system, keyring }, row);
  const next = { updatedAt: now, ssn: changed.ssn, ...(kyc && { kyc }) };
  const change: CustomerRowChange = {
    ...nextRow({ system, keyring }, row, text, next),
    verdict: { deliverability: primaryVerdict(changed.profile.addresses) },
    ...(changed.fields.some(isIndexed) && { index: await newIndex({ system, keyring }, row, changed) }),
    ...(changed.fields.includes('addresses') && {
      verify: { at: hasUnverifiedAddress(system, changed.profile) ? now : undefined, tries: 0 },
    }),
    auditKey,
  };
  const history = keptHistory(key, {
    historyId: system.newId<'customer history'>(),
    customerId: row.head.customer_id,
    version: row.version + 1,
    changedAt: now,
    before,
    changed,
    ssn: changed.ssn === undefined ? undefined : await openSsn({ system, keyring }, row),
  });
  const screening = system.screening && asksForScreening(changed.fields) ? [screeningPart(now)] : [];
  return {
    change,
    text,
    digests: digestsOf(key.digest, changed.fields, changed.profile, changed.ssn),
    facts: history.facts,
    parts: [...history.parts, ...screening],
  };
}

/** The changed values; all values if the row is under an older key, so that no row mixes two keys. */
async function newIndex(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  row: ChangeableRow,
  { profile, ssn, fields }: Changed,
) {
  if (row.indexVersion === keyring.indexVersion) return indexValues(keyring, profile, ssn, fields);
  return indexValues(keyring, profile, ssn ?? (await openSsn({ system, keyring }, row)));
}

/** What a write brings that may be another customer's already. */
export interface NewValues {
  /** As `numberOf` makes it. */
  readonly ssn: string | undefined;
  /** As the client sent it. */
  readonly brandPersonId?: string | undefined;
  /** Absent for a new customer. */
  readonly customerId?: CustomerId;
}

/**
 * Writes a customer, with the parts that count a new number along. A violated unique index is answered with its error
 * code; that a number is taken is counted and journalled first.
 */
export async function writeUnique(
  context: Context,
  { ssn, brandPersonId, customerId }: NewValues,
  write: (counted: readonly StatementPart[]) => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  const isNew = ssn !== undefined && isUnique(context.system, ssn);
  if (isNew) await refuseUsedUp(context);
  try {
    return await write(isNew ? [lastFourPart(context, ssn)] : []);
  } catch (error) {
    const index = violatedIndex(error);
    if (index === 'customers_brand_person_id') throw new Refusal('person_id_dup');
    if (ssn === undefined) throw error;
    if (isUsedUp(error)) await refuseLastFour(context, customerId, ssn);
    if (index !== 'customers_ssn') throw error;
    // A taken id comes first, whatever the number: else it would tell about numbers without making a customer.
    if (await isTaken(context, brandPersonId)) throw new Refusal('person_id_dup');
    await noteDuplicate(context, customerId, ssn);
    throw new Refusal('ssn_dup', takenNumber(ssn).problem);
  }
}

async function isTaken({ scope }: Context, brandPersonId: string | undefined): Promise<boolean> {
  return (
    brandPersonId !== undefined && (await takenValues(scope, [brandPersonId.toLowerCase()], [])).size > 0
  );
}
