import type { CustomerId } from '../../domain/ids.ts';
import { columns, flag, id, named, number, optional, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

// What the audit trail says about the version of a record, beside the version that is stored. A change writes its
// version into its entry, so a row that was put back, or is gone, does not fit its trail. A row that was put back and
// then changed reaches a version again that the trail has already.

/** A customer with entries, and where it is now. */
export interface CustomerState {
  readonly customerId: CustomerId;
  /** The newest version in an entry. `undefined`: no entry names one, because they were written before entries did. */
  readonly written: number | undefined;
  /** Whether two entries name one version. */
  readonly isRepeated: boolean;
  readonly hasDeletion: boolean;
  readonly hasErasure: boolean;
  /** The version of the row; `undefined` without one. */
  readonly stored: number | undefined;
  /** Which table has the row. */
  readonly place: 'customers' | 'deleted_customers' | 'erased_customers' | undefined;
}

const state = columns({
  customerId: id<CustomerId>(),
  written: optional(number()),
  isRepeated: flag(),
  hasDeletion: flag(),
  hasErasure: flag(),
  stored: named('version', optional(number())),
  place: optional(text<NonNullable<CustomerState['place']>>()),
});

/** The version that an entry names; null without one. */
const versionIn = `(substring(body from '"record_version":([0-9]{1,9})'))::int`;

/** Entries that have no number yet count too, but not rows that the sequencer refused. One statement sees a change and its entry, or neither. */
const states = sql(
  'customer_versions',
  `with ids as (
     select distinct customer_id from audit
      where brand_id = :brandId and customer_id > :after::uuid order by customer_id limit :most::int
   ), entries as (
     select customer_id, body from audit join ids using (customer_id) where brand_id = :brandId
     union all select customer_id, body from journal join ids using (customer_id)
      where brand_id = :brandId and refused_at is null
   ), told as (
     select customer_id, max(written) as written, count(written) > count(distinct written) as is_repeated,
            bool_or(position('"operation":"deleteCustomer"' in body) > 0) as has_deletion,
            bool_or(position('"operation":"eraseCustomer"' in body) > 0
                    or position('"operation":"approveErasure"' in body) > 0) as has_erasure
       from entries, lateral (select ${versionIn} as written) as change group by customer_id
   ), places as (
     select customer_id, version, 'customers' as place from customers join ids using (customer_id)
      where brand_id = :brandId
     union all select customer_id, version, 'deleted_customers' from deleted_customers join ids using (customer_id)
      where brand_id = :brandId
     union all select customer_id, null, 'erased_customers' from erased_customers join ids using (customer_id)
      where brand_id = :brandId
   )
   select ${state.list} from told left join places using (customer_id)
    order by customer_id`,
);

/** The customers with entries after an id, in the order of their ids. */
export const customerStates = async (
  { db, brandId }: BrandScope,
  after: string,
  most: number,
): Promise<readonly CustomerState[]> => (await states.run(db, { brandId, after, most })).map(state.read);

/** A record with the newest version in an entry. */
interface RecordVersion {
  readonly written: number;
  /** Whether two entries name one version. */
  readonly isRepeated: boolean;
  /** The version of the row; `undefined` without one. */
  readonly stored: number | undefined;
}

const recordVersion = {
  written: number(),
  isRepeated: flag(),
  stored: named('version', optional(number())),
};

const idIn = (fact: string): string => `substring(body from '"${fact}":"([0-9a-f-]{36})"')`;
const says = (words: string): string => `position('${words}' in body) > 0`;

/** The tables of which each row belongs to a customer, and is changed only together with it. */
type PartTable =
  | 'kyc_runs'
  | 'change_requests'
  | 'legal_holds'
  | 'customer_history'
  | 'consents'
  | 'kyc_findings'
  | 'screenings'
  | 'screening_matches';

/** A verification, a change request, a legal hold, a kept earlier value, a consent, a finding, a check or a match of a customer. */
export interface PartState extends RecordVersion {
  readonly table: PartTable;
  readonly id: string;
}

const part = columns({ ...recordVersion, table: named('place', text<PartTable>()), id: text() });

// A verification counts its changes. A change request and a hold change once: the version is 1 before it, and 2 after
// it, and a kept earlier value, a consent, a finding and a check never do. A match counts its changes. Their rows are gone
// with an erased customer. Verifications and findings may be gone as soon as the documents were erased.
const partStates = sql(
  'customer_part_versions',
  `with entries as (
     select customer_id, body from audit where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, body from journal
      where brand_id = :brandId and customer_id = any (:ids::uuid[]) and refused_at is null
   ), kept as (
     select customer_id from customers where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id from deleted_customers where brand_id = :brandId and customer_id = any (:ids::uuid[])
   ), told as (
     select customer_id, place, id, max(written) as written, count(*) > count(distinct written) as is_repeated
       from entries join kept using (customer_id), lateral (values
         ('kyc_runs', ${idIn('run_id')}, (substring(body from '"run_version":([0-9]{1,9})'))::int),
         ('change_requests', ${idIn('change_request_id')},
           case when ${says('"proposed_fields":')} then 1 when ${says('"decision":')} then 2 end),
         ('legal_holds', ${idIn('hold_id')}, case when ${says('"operation":"releaseLegalHold"')} then 2 else 1 end),
         ('customer_history', ${idIn('history_id')}, case when ${says('"record_version":')} then 1 end),
         ('consents', ${idIn('consent_id')}, 1), ('kyc_findings', ${idIn('finding_id')}, 1),
         ('screenings', ${idIn('screening_id')}, 1),
         ('screening_matches', ${idIn('match_id')}, (substring(body from '"match_version":([0-9]{1,9})'))::int)
       ) as told (place, id, written)
      where id is not null and written is not null group by 1, 2, 3
   ), stored as (
     select customer_id, 'kyc_runs' as place, run_id::text as id, revision as version from kyc_runs
      where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'change_requests', change_request_id::text, case status when 'pending' then 1 else 2 end
       from change_requests where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'legal_holds', hold_id::text, case when released_at is null then 1 else 2 end
       from legal_holds where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'customer_history', history_id::text, 1
       from customer_history where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'consents', consent_id::text, 1
       from consents where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'kyc_findings', finding_id::text, 1
       from kyc_findings where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'screenings', screening_id::text, 1
       from screenings where brand_id = :brandId and customer_id = any (:ids::uuid[])
     union all select customer_id, 'screening_matches', match_id::text, version
       from screening_matches where brand_id = :brandId and customer_id = any (:ids::uuid[])
   )
   select ${part.list} from told left join stored using (customer_id, place, id)
    where version is not null or place not in ('kyc_runs', 'kyc_findings')
       or customer_id not in (select customer_id from entries where ${says('"operation":"eraseDocuments"')})
    order by customer_id, place, id`,
);

/** The verifications, change requests, holds, kept earlier values, consents, findings, checks and matches of customers that an entry names a version of. */
export const partStatesOf = async (
  { db, brandId }: BrandScope,
  ids: readonly CustomerId[],
): Promise<readonly PartState[]> =>
  ids.length === 0 ? [] : (await partStates.run(db, { brandId, ids })).map(part.read);

/** The tables whose rows belong to the brand itself. */
type BrandTable = 'api_keys' | 'brand_settings' | 'retention_policies' | 'programs' | 'webhooks';

export interface BrandRecordState extends RecordVersion {
  readonly table: BrandTable;
  /** `undefined` for the policy and the settings, of which a brand has one each. */
  readonly id: string | undefined;
  /** Whether an entry says that it was deleted. Only webhooks can be. */
  readonly hasDeletion: boolean;
}

const recordState = columns({
  ...recordVersion,
  table: named('place', text<BrandTable>()),
  id: optional(text()),
  hasDeletion: flag(),
});

const recordStates = sql(
  'brand_record_versions',
  `with entries as (
     select body from audit
      where brand_id = :brandId and customer_id is null and position('"record_version":' in body) > 0
     union all select body from journal
      where brand_id = :brandId and refused_at is null and customer_id is null and position('"record_version":' in body) > 0
   ), named as (
     select ${versionIn} as written, ${idIn('webhook_id')} as webhook, ${idIn('program_id')} as program, ${idIn('key')} as key,
            ${says('"operation":"deleteWebhook"')} as deletes, ${says('"operation":"brands set"')} as sets
       from entries where not ${says('"operator_id":')}
   ), told as (
     select case when webhook is not null then 'webhooks' when program is not null then 'programs'
                 when key is not null then 'api_keys' when sets then 'brand_settings' else 'retention_policies' end as place,
            coalesce(webhook, program, key) as id, max(written) as written,
            count(written) > count(distinct written) as is_repeated, bool_or(deletes) as has_deletion
       from named group by 1, 2
   ), stored as (
     select 'api_keys' as place, identity::text as id, version from api_keys where brand_id = :brandId
     union all select 'brand_settings', null, version from brand_settings where brand_id = :brandId
     union all select 'retention_policies', null, version from retention_policies where brand_id = :brandId
     union all select 'programs', program_id::text, settings_seal from programs where brand_id = :brandId
     union all select 'webhooks', webhook_id::text, settings_seal from webhooks where brand_id = :brandId
   )
   select ${recordState.list} from (
     select told.*, version from told left join stored
         on stored.place = told.place and stored.id is not distinct from told.id
   ) as states order by place, id`,
);

/** The keys, programs, subscriptions and the policy of a brand that an entry names a version of. */
export const brandRecordStates = async ({ db, brandId }: BrandScope): Promise<readonly BrandRecordState[]> =>
  (await recordStates.run(db, { brandId })).map(recordState.read);
