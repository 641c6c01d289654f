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

/** An API key or the retention policy of a brand, with the newest version in an entry. */
export interface BrandRecordState {
  /** The identity of the key. `undefined`: the policy. */
  readonly key: string | undefined;
  readonly written: number;
  /** Whether two entries name one version. */
  readonly isRepeated: boolean;
  /** The version of the row; `undefined` without one. */
  readonly stored: number | undefined;
}

const recordState = columns({
  key: optional(text()),
  written: number(),
  isRepeated: flag(),
  stored: named('version', optional(number())),
});

const recordStates = sql(
  'brand_record_versions',
  `with entries as (
     select body from audit
      where brand_id = :brandId and customer_id is null and position('"record_version":' in body) > 0
     union all select body from journal
      where brand_id = :brandId and refused_at is null and customer_id is null and position('"record_version":' in body) > 0
   ), told as (
     select substring(body from '"key":"([0-9a-f-]{36})"') as key, max(written) as written,
            count(written) > count(distinct written) as is_repeated
       from entries, lateral (select ${versionIn} as written) as change group by 1
   )
   select ${recordState.list} from (
     select told.key, written, is_repeated, version from told
       left join api_keys on brand_id = :brandId and identity = told.key::uuid where told.key is not null
     union all select told.key, written, is_repeated, version from told
       left join retention_policies on brand_id = :brandId where told.key is null
   ) as states order by key`,
);

/** The keys and the policy of a brand that an entry names a version of. */
export const brandRecordStates = async ({ db, brandId }: BrandScope): Promise<readonly BrandRecordState[]> =>
  (await recordStates.run(db, { brandId })).map(recordState.read);
