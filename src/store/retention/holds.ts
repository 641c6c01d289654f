import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, flag, id, instant, named, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { Parameters } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

// What a brand records about a customer, present or deleted, that retention has to respect. Each of these changes
// locks the customer's row first, so that it is serialized with the customer's deletion and erasure.

/** A customer's row, present or deleted. A row that is being moved is in neither table: the caller looks again. */
const knownSql = `
  present as (select 1 from customers where brand_id = :brandId and customer_id = :customerId::uuid for key share),
  restricted as (
    update deleted_customers set look_at = :now::timestamptz where brand_id = :brandId and customer_id = :customerId::uuid
    returning 1),
  known as (select 1 from present union all select 1 from restricted limit 1)`;

const answer = columns({ known: flag() });

const exists = statement(
  'retention_knows',
  `select exists (select from customers where brand_id = $1 and customer_id = $2)
       or exists (select from deleted_customers where brand_id = $1 and customer_id = $2) as known`,
);

/** Whether the brand has this customer, present or deleted. An erased customer does not count. */
export async function isCustomerOfBrand(scope: BrandScope, id: CustomerId): Promise<boolean> {
  const [row] = await scope.db.run(exists, [scope.brandId, id]);
  return row !== undefined && answer.read(row).known;
}

/** Stores when the account was closed. It replaces an earlier date. `stale`: no such customer was found. */
export function writeClosing(
  scope: BrandScope,
  id: CustomerId,
  closedOn: string,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const parameters = { customerId: id, now: toPostgres(now), closedOn };
  return write(scope, { name: 'account_closing', parameters, journal, claim }, (gate) => ({
    before: knownSql,
    written: `
      insert into account_closings (brand_id, customer_id, closed_on, given_at)
      select :brandId, :customerId::uuid, :closedOn::date, :now::timestamptz from ${gate}
      on conflict (brand_id, customer_id) do update set closed_on = excluded.closed_on, given_at = excluded.given_at
      returning 1 as done`,
  }));
}

export interface Hold {
  readonly holdId: Id<'hold'>;
  /** Sealed, like the reason for the hold. */
  readonly reason: string;
  /** Identities of keys. */
  readonly setBy: string;
  readonly setAt: Instant;
  readonly release:
    | { readonly reason: string; readonly releasedBy: string; readonly releasedAt: Instant }
    | undefined;
}

/** Sets a legal hold. `stale`: no such customer was found. */
export function insertHold(
  scope: BrandScope,
  id: CustomerId,
  hold: Hold,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { holdId, reason, setBy } = hold;
  const parameters = { customerId: id, now: toPostgres(hold.setAt), holdId, reason, setBy };
  return write(scope, { name: 'legal_hold_set', parameters, journal, claim }, (gate) => ({
    before: knownSql,
    written: `
      insert into legal_holds (brand_id, customer_id, set_at, hold_id, reason, set_by)
      select :brandId, :customerId::uuid, :now::timestamptz, :holdId::uuid, :reason, :setBy::uuid from ${gate} returning 1 as done`,
  }));
}

/** Releases a hold of a customer. `stale`: no hold of that id is active. */
export function releaseHold(
  scope: BrandScope,
  id: CustomerId,
  released: NonNullable<Hold['release']> & Pick<Hold, 'holdId'>,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { holdId, reason, releasedBy, releasedAt } = released;
  const parameters = { customerId: id, now: toPostgres(releasedAt), holdId, reason, releasedBy };
  return write(scope, { name: 'legal_hold_release', parameters, journal, claim }, (gate) => ({
    before: `known as (
      select 1 from legal_holds where brand_id = :brandId and customer_id = :customerId::uuid
         and hold_id = :holdId::uuid and released_at is null for update)`,
    written: `
      update legal_holds set release_reason = :reason, released_by = :releasedBy::uuid, released_at = :now::timestamptz
       where brand_id = :brandId and customer_id = :customerId::uuid and hold_id = :holdId::uuid and exists (select from ${gate})
      returning 1 as done`,
    after: `looked_at as (
      update deleted_customers set look_at = :now::timestamptz
       where brand_id = :brandId and customer_id = :customerId::uuid and exists (select from written)),`,
  }));
}

export interface ErasureRequest {
  readonly erasureId: Id<'erasure'>;
  /** Sealed. */
  readonly reason: string;
  /** Identity of a key. */
  readonly requestedBy: string;
  readonly requestedAt: Instant;
}

/** Stores a request for early erasure of a deleted customer. `stale`: no deleted customer has that id. */
export function insertErasureRequest(
  scope: BrandScope,
  id: CustomerId,
  request: ErasureRequest,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { erasureId, reason, requestedBy, requestedAt } = request;
  const parameters = { customerId: id, now: toPostgres(requestedAt), erasureId, reason, requestedBy };
  return write(scope, { name: 'erasure_request', parameters, journal, claim }, (gate) => ({
    before:
      'known as (select 1 from deleted_customers where brand_id = :brandId and customer_id = :customerId::uuid for update)',
    written: `
      insert into erasure_requests (brand_id, customer_id, requested_at, erasure_id, reason, requested_by)
      select :brandId, :customerId::uuid, :now::timestamptz, :erasureId::uuid, :reason, :requestedBy::uuid from ${gate} returning 1 as done`,
  }));
}

interface Text {
  /** CTEs that end in `known`, which has a row if the change is allowed. */
  readonly before: string;
  readonly written: string;
  readonly after?: string;
}

/** The parts of a change besides its text. */
interface RetentionChange {
  readonly name: string;
  /** All but the brand. */
  readonly parameters: Parameters;
  readonly journal: StatementPart;
  readonly claim: IdempotencyClaim | undefined;
}

function write(
  scope: BrandScope,
  { name, parameters, journal, claim }: RetentionChange,
  textOf: (gate: string) => Text,
): Promise<WriteOutcome> {
  const assembled = assemble({
    name,
    parameters: { brandId: scope.brandId, ...parameters },
    claim,
    gate: 'known',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => {
      const { before, written, after = '' } = textOf(claimed ? 'claim' : 'known');
      return `with ${before}, ${claimed} written as (${written}), ${after} ${rest}
              result as (select done from written) select done from result`;
    },
  });
  return runWithClaim(claim, assembled.query.run(scope.db, assembled.parameters));
}

const holdFacts = columns({
  holdId: id<Id<'hold'>>(),
  reason: text(),
  setBy: text(),
  setAt: instant(),
});
const releaseFacts = columns({
  reason: named('release_reason', optional(text())),
  releasedBy: optional(text()),
  releasedAt: optional(instant()),
});

const holds = statement(
  'legal_holds_of_customer',
  `select ${holdFacts.list}, ${releaseFacts.list} from legal_holds where brand_id = $1 and customer_id = $2 order by set_at, hold_id`,
);

/** The holds of a customer, released ones too, oldest first. */
export async function holdsOf(scope: BrandScope, id: CustomerId): Promise<readonly Hold[]> {
  return (await scope.db.read(holds, [scope.brandId, id])).map(holdOf);
}

const oneHold = statement(
  'legal_hold_read',
  `select ${holdFacts.list}, ${releaseFacts.list} from legal_holds where brand_id = $1 and customer_id = $2 and hold_id = $3`,
);

export async function readHold(
  scope: BrandScope,
  customerId: CustomerId,
  id: Id<'hold'>,
): Promise<Hold | undefined> {
  const [row] = await scope.db.read(oneHold, [scope.brandId, customerId, id]);
  return row && holdOf(row);
}

function holdOf(row: Row): Hold {
  const { reason, releasedBy, releasedAt } = releaseFacts.read(row);
  const isReleased = reason !== undefined && releasedBy !== undefined && releasedAt !== undefined;
  return { ...holdFacts.read(row), release: isReleased ? { reason, releasedBy, releasedAt } : undefined };
}

const requestFacts = columns({
  erasureId: id<Id<'erasure'>>(),
  reason: text(),
  requestedBy: text(),
  requestedAt: instant(),
});

const requests = statement(
  'erasure_requests_of_customer',
  `select ${requestFacts.list} from erasure_requests
    where brand_id = $1 and customer_id = $2 order by requested_at, erasure_id`,
);

/** The requests for early erasure of a customer, oldest first. */
export const erasureRequestsOf = async (
  scope: BrandScope,
  id: CustomerId,
): Promise<readonly ErasureRequest[]> =>
  (await scope.db.read(requests, [scope.brandId, id])).map(requestFacts.read);
