import type { ChangeRequestStatus } from '../../domain/customers/change-request.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { ArrivalOrder } from '../../domain/paging.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { bigint, columns, id, instant, named, optional, text, words } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';

export type ChangeRequestId = Id<'change_request'>;

export interface ChangeRequestRow {
  readonly id: ChangeRequestId;
  readonly seq: bigint;
  readonly customerId: CustomerId;
  readonly status: ChangeRequestStatus;
  /** Names of fields. */
  readonly fields: readonly string[];
  readonly requestedBy: string;
  readonly decidedBy: string | undefined;
  readonly createdAt: Instant;
  readonly decidedAt: Instant | undefined;
  /** Proves the rest (`change_requests.proof`). */
  readonly proof: string;
}

/** A change request with its sealed columns, still sealed. */
export interface SealedChangeRequest extends ChangeRequestRow {
  readonly wanted: string;
  readonly reason: string;
  readonly note: string | undefined;
  readonly verifiedElsewhere: string | undefined;
}

const facts = columns({
  id: named('change_request_id', id<ChangeRequestId>()),
  seq: bigint(),
  customerId: id<CustomerId>(),
  status: text<ChangeRequestStatus>(),
  fields: words(),
  requestedBy: text(),
  decidedBy: optional(text()),
  createdAt: instant(),
  decidedAt: optional(instant()),
  proof: text(),
});
const sealed = columns({
  wanted: text(),
  reason: text(),
  note: optional(text()),
  verifiedElsewhere: optional(text()),
});

/** A request ends with its customer: once that is deleted, no answer shows the request, and nobody can decide it. */
const ofCustomerSql =
  'exists (select from customers c where c.brand_id = r.brand_id and c.customer_id = r.customer_id)';

const one = statement(
  'change_request_read',
  `select ${facts.list}, ${sealed.list} from change_requests r
    where brand_id = $1 and change_request_id = $2 and ${ofCustomerSql}`,
);

export async function readChangeRequest(
  scope: BrandScope,
  id: ChangeRequestId,
): Promise<SealedChangeRequest | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && { ...facts.read(row), ...sealed.read(row) };
}

export interface ChangeRequestFilter {
  readonly status: ChangeRequestStatus | undefined;
  readonly customerId: string | undefined;
  /** Only requests behind this sequence number. */
  readonly after: bigint | undefined;
  readonly most: number;
}

const list = (name: string, behind: '<' | '>', sort: 'asc' | 'desc') =>
  sql(
    name,
    `select ${facts.list} from change_requests r
    where brand_id = :brandId and ${ofCustomerSql} and (:after::bigint is null or seq ${behind} :after::bigint) and (:status::text is null or status = :status)
      and (:customerId::uuid is null or customer_id = :customerId::uuid)
    order by seq ${sort} limit :most`,
  );
const lists = {
  oldest: list('change_requests_list', '>', 'asc'),
  newest: list('change_requests_list_newest', '<', 'desc'),
} as const;

export const listChangeRequests = async (
  scope: BrandScope,
  order: ArrivalOrder,
  { status, customerId, after, most }: ChangeRequestFilter,
): Promise<readonly ChangeRequestRow[]> =>
  (await lists[order].read(scope.db, { brandId: scope.brandId, status, customerId, after, most })).map(
    facts.read,
  );

const ofDeleted = statement(
  'change_requests_of_deleted',
  `select ${facts.list}, ${sealed.list} from change_requests r
    where brand_id = $1 and customer_id = $2 and seq > $3::bigint order by seq limit $4`,
);

/** The requests of a customer in order, also where it is deleted. */
export async function changeRequestsOf(
  scope: BrandScope,
  id: CustomerId,
  after: bigint,
  most: number,
): Promise<readonly SealedChangeRequest[]> {
  const rows = await scope.db.read(ofDeleted, [scope.brandId, id, after, most]);
  return rows.map((row) => ({ ...facts.read(row), ...sealed.read(row) }));
}

/** A new request, as a part of its customer's change. */
export const proposalPart = (request: Omit<SealedChangeRequest, 'seq' | 'customerId'>): StatementPart => ({
  name: 'proposed',
  sql: (gate) => `proposed as (
    insert into change_requests (brand_id, customer_id, change_request_id, status, fields, wanted, reason, requested_by, created_at, proof)
    select :brandId, :customerId::uuid, :id::uuid, 'pending', :fields::text[], :wanted::text, :reason::text,
           :requestedBy::uuid, :createdAt::timestamptz, :proof::text
      from ${gate})`,
  parameters: {
    id: request.id,
    fields: request.fields,
    wanted: request.wanted,
    reason: request.reason,
    requestedBy: request.requestedBy,
    createdAt: toPostgres(request.createdAt),
    proof: request.proof,
  },
});

export interface Decision {
  readonly id: ChangeRequestId;
  readonly status: 'approved' | 'declined';
  readonly decidedBy: string;
  readonly decidedAt: Instant;
  /** Sealed, as is the next one. */
  readonly note: string | undefined;
  readonly verifiedElsewhere: string | undefined;
  readonly proof: string;
}

/**
 * A decision, as a part of its customer's change. Two decisions on one request both change the customer, so the
 * later one finds another version and is decided again.
 */
export const decisionPart = (decision: Decision): StatementPart => ({
  name: 'decided',
  sql: (gate) => `decided as (
    update change_requests set status = :status::text, decided_by = :decidedBy::uuid,
           decided_at = :decidedAt::timestamptz, note = :note::text,
           verified_elsewhere = :verifiedElsewhere::text, proof = :proof::text
     where brand_id = :brandId and change_request_id = :id::uuid and exists (select from ${gate}))`,
  parameters: {
    id: decision.id,
    status: decision.status,
    decidedBy: decision.decidedBy,
    decidedAt: toPostgres(decision.decidedAt),
    note: decision.note,
    verifiedElsewhere: decision.verifiedElsewhere,
    proof: decision.proof,
  },
});
