import type { Input } from '../contract/operation.ts';
import type { Contract } from '../contract/table.ts';
import type { Changed, Profile } from '../domain/customer.ts';
import { applyChange, draftCustomer } from '../domain/customer.ts';
import { Refusal } from '../domain/errors.ts';
import type { CustomerId } from '../domain/ids.ts';
import { parseId } from '../domain/ids.ts';
import { kycRequestsAtBirth } from '../domain/kyc.ts';
import type { CustomerHead } from '../domain/record.ts';
import { customerJson, readProfile, writeProfile } from '../domain/record.ts';
import { asciiJson } from '../domain/text.ts';
import { findClaim, keepClaim } from '../store/claim.ts';
import type { ChangeableRow, CustomerRow } from '../store/customers.ts';
import {
  changeCustomer,
  insertCustomer,
  readCustomer,
  readForChange,
  removeCustomer,
} from '../store/customers.ts';
import { violatedIndex } from '../store/outage.ts';
import { indexValues } from './customer-index.ts';
import { isUnique, placeOf, primaryVerdict, sealCustomer } from './customer-sealing.ts';
import { readSealed } from './keyrings.ts';
import { done } from './run.ts';
import type { Answer, Context } from './system.ts';

/** One customer, as it is read. */
export async function getCustomer(
  context: Context,
  { params }: Input<Contract['getCustomer']>,
): Promise<Answer> {
  const row = await readCustomer(context.scope, params.customer_id);
  if (!row) throw new Refusal('customer_dne');
  return { status: 200, body: await showCustomer(context, row), version: row.version };
}

/** A stored customer as JSON, in the style of a read. */
export async function showCustomer(context: Context, row: CustomerRow): Promise<string> {
  return customerJson(row.head, await openProfile(context, row), 'read');
}

const openProfile = ({ system, ring }: Context, row: CustomerRow): Promise<string> =>
  readSealed(system.keyrings, ring, placeOf('profile', row.head.customer_id, row.profileSeal), row.profile);

export async function createCustomer(
  context: Context,
  { body }: Input<Contract['createCustomer']>,
): Promise<Answer> {
  const { system, ring, now } = context;
  const customerId = system.newId<'customer'>();
  const { profile, ssn } = draftCustomer(body, { now, newAddressId: system.newId });
  const head: CustomerHead = {
    customer_id: customerId,
    brand_person_id: parseId(body.brand_person_id ?? '') ?? system.newId(),
    bond_brand_id: context.scope.brandId,
    created_at: now,
    updated_at: now,
    kyc_status: undefined,
    kyc_requests_available: kycRequestsAtBirth,
  };
  const answer: Answer = {
    status: 201,
    body: customerJson(head, writeProfile(profile, 'change'), 'change'),
    version: 1,
  };
  const row = sealCustomer(system, ring, { head, profile, ssn });
  await done(withoutDuplicate(insertCustomer(context.scope, row, context.claim?.(answer, customerId))));
  return answer;
}

async function withoutDuplicate<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const index = violatedIndex(error);
    if (index === 'customers_ssn') throw new Refusal('ssn_dup');
    if (index === 'customers_brand_person_id') throw new Refusal('person_id_dup');
    throw error;
  }
}

export async function updateCustomer(
  context: Context,
  { params, body, doubts, ifMatch }: Input<Contract['updateCustomer']>,
): Promise<Answer> {
  const { system, ring, now } = context;
  const row = await readForChange(context.scope, params.customer_id);
  if (!row) throw new Refusal('customer_dne');
  if (typeof ifMatch === 'object' && !ifMatch.includes(row.version)) throw new Refusal('precondition_failed');

  const profile = readProfile(await openProfile(context, row));
  const storedSsn = await openSsnIfNeeded(context, row, body.ssn);
  const present = { profile, kyc: row.kyc, openSsn: () => storedSsn };
  const changed = applyChange(present, body, doubts.copy(), { now, newAddressId: system.newId });
  if (changed.fields.length === 0) return unchanged(context, row, changed.profile);

  const head = { ...row.head, updated_at: now };
  const version = row.version + 1;
  const answer = changeAnswer(head, changed.profile, version);
  const profileSeal = row.profileSeal + 1;
  const ssnSeal = row.ssnSeal + 1;
  const rowChange = {
    id: params.customer_id,
    version: row.version,
    updatedAt: now,
    deliverability: primaryVerdict(changed.profile.addresses),
    profile: ring.seal(placeOf('profile', params.customer_id, profileSeal), writeProfile(changed.profile)),
    profileSeal,
    ...(changed.ssn !== undefined && {
      ssn: {
        sealed: ring.seal(placeOf('ssn', params.customer_id, ssnSeal), changed.ssn),
        seal: ssnSeal,
        unique: isUnique(system, changed.ssn),
      },
    }),
    index: changedIndexValues(context, row, changed),
  };
  const claim = context.claim?.(answer, params.customer_id);
  await done(withoutDuplicate(changeCustomer(context.scope, rowChange, claim)));
  return answer;
}

const changeAnswer = (head: CustomerHead, profile: Profile, version: number): Answer => ({
  status: 200,
  body: customerJson(head, writeProfile(profile, 'change'), 'change'),
  version,
});

/** Every field was sent with its present value: there is nothing to write but, under a key, the answer. */
async function unchanged(context: Context, row: ChangeableRow, profile: Profile): Promise<Answer> {
  const answer = changeAnswer(row.head, profile, row.version);
  if (context.claim) await done(keepClaim(context.scope, context.claim(answer, row.head.customer_id)));
  return answer;
}

/** The full number is opened only where a full number was sent and must be compared with it. */
async function openSsnIfNeeded(
  { system, ring }: Context,
  row: ChangeableRow,
  sent: string | undefined,
): Promise<string | undefined> {
  if (row.ssn === undefined || sent === undefined) return undefined;
  return readSealed(system.keyrings, ring, placeOf('ssn', row.head.customer_id, row.ssnSeal), row.ssn);
}

/** New index values where their fields changed, under the row's own index key version, so that none are mixed. */
function changedIndexValues({ ring }: Context, row: ChangeableRow, { profile, ssn, fields }: Changed) {
  const all = indexValues(ring, row.indexVersion, profile, ssn);
  const has = (...names: readonly (typeof fields)[number][]) => names.some((name) => fields.includes(name));
  return {
    ssn: all.ssn,
    email: has('email') ? all.email : undefined,
    phone: has('phone', 'phone_country_code') ? all.phone : undefined,
    nameAndDob: has('last_name', 'dob') ? all.nameAndDob : undefined,
  };
}

export async function deleteCustomer(
  context: Context,
  { params, ifMatch }: Input<Contract['deleteCustomer']>,
): Promise<Answer> {
  const answer: Answer = { status: 200, body: asciiJson('Customer resource deleted') };
  const versions = typeof ifMatch === 'object' ? ifMatch : undefined;
  const claim = context.claim?.(answer, params.customer_id);
  const outcome = await removeCustomer(context.scope, params.customer_id, versions, context.now, claim);
  if (outcome === 'stale') await explainNothingDeleted(context, params.customer_id, versions);
  await done(Promise.resolve(outcome));
  return answer;
}

/** Nothing was there to delete: no such customer, another version, or (then it is tried again) a used key. */
async function explainNothingDeleted(
  context: Context,
  id: CustomerId,
  versions: readonly number[] | undefined,
): Promise<void> {
  const row = await readCustomer(context.scope, id);
  if (!row && !(await isClaimed(context))) throw new Refusal('customer_dne');
  if (row && versions && !versions.includes(row.version)) throw new Refusal('precondition_failed');
}

/** Whether another request has meanwhile been answered under this request's key. */
async function isClaimed({ scope, repeatKey, now }: Context): Promise<boolean> {
  return repeatKey !== undefined && (await findClaim(scope, repeatKey, now)) !== undefined;
}
