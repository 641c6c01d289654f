import type { ChangeRequestStatus } from '../../domain/customers/change-request.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
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
}

/** With what is sealed, still sealed. */
export interface SealedChangeRequest extends ChangeRequestRow {
  readonly wanted: string;
  readonly reason: string;
  readonly note: string | undefined;
}

const shown =
  'change_request_id, seq, customer_id, status, array_to_string(fields, $2) as fields, requested_by, decided_by, created_at, decided_at';
/** Between names of fields, none of which has one. */
const comma = ',';

const one = statement(
  'change_request_read',
  `select ${shown}, wanted, reason, note from change_requests where brand_id = $1 and change_request_id = $3`,
);

export async function readChangeRequest(
  scope: BrandScope,
  id: ChangeRequestId,
): Promise<SealedChangeRequest | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, comma, id]);
  if (!row) return undefined;
  return {
    ...requestOf(row),
    wanted: String(row['wanted']),
    reason: String(row['reason']),
    note: row['note'] === null ? undefined : String(row['note']),
  };
}

export interface ChangeRequestFilter {
  readonly status: ChangeRequestStatus | undefined;
  readonly customerId: string | undefined;
  /** Only those that came after this one. */
  readonly after: bigint;
  readonly most: number;
}

const list = statement(
  'change_requests_list',
  `select ${shown} from change_requests
    where brand_id = $1 and seq > $3::bigint and ($4::text is null or status = $4) and ($5::uuid is null or customer_id = $5::uuid)
    order by seq limit $6`,
);

export async function listChangeRequests(
  scope: BrandScope,
  { status, customerId, after, most }: ChangeRequestFilter,
): Promise<readonly ChangeRequestRow[]> {
  const values = [scope.brandId, comma, after, status ?? null, customerId ?? null, most];
  return (await scope.db.read(list, values)).map(requestOf);
}

function requestOf(row: Row): ChangeRequestRow {
  const decidedAt = row['decided_at'];
  return {
    id: row['change_request_id'] as ChangeRequestId,
    seq: BigInt(String(row['seq'])),
    customerId: row['customer_id'] as CustomerId,
    status: row['status'] as ChangeRequestStatus,
    fields: String(row['fields']).split(comma),
    requestedBy: String(row['requested_by']),
    decidedBy: row['decided_by'] === null ? undefined : String(row['decided_by']),
    createdAt: instantOfPostgres(String(row['created_at'])),
    decidedAt: decidedAt === null ? undefined : instantOfPostgres(String(decidedAt)),
  };
}

/** A new request, as a part of its customer's change. */
export const proposalPart = (request: Omit<SealedChangeRequest, 'seq' | 'customerId'>): StatementPart => ({
  name: 'proposed',
  sql: (gate, from) => `proposed as (
    insert into change_requests (brand_id, customer_id, change_request_id, status, fields, wanted, reason, requested_by, created_at)
    select $1, $2::uuid, $${from}::uuid, 'pending', $${from + 1}::text[], $${from + 2}::text, $${from + 3}::text, $${from + 4}::uuid, $${from + 5}::timestamptz
      from ${gate})`,
  values: [
    request.id,
    request.fields,
    request.wanted,
    request.reason,
    request.requestedBy,
    toPostgres(request.createdAt),
  ],
});

export interface Decision {
  readonly id: ChangeRequestId;
  readonly status: 'approved' | 'declined';
  readonly decidedBy: string;
  readonly decidedAt: Instant;
  /** Sealed. */
  readonly note: string | undefined;
}

/**
 * A decision, as a part of its customer's change. Two decisions on one request both change the customer, so
 * the later one finds another version and is decided anew.
 */
export const decisionPart = (decision: Decision): StatementPart => ({
  name: 'decided',
  sql: (gate, from) => `decided as (
    update change_requests set status = $${from + 1}::text, decided_by = $${from + 2}::uuid, decided_at = $${from + 3}::timestamptz, note = $${from + 4}::text
     where brand_id = $1 and change_request_id = $${from}::uuid and exists (select from ${gate}))`,
  values: [
    decision.id,
    decision.status,
    decision.decidedBy,
    toPostgres(decision.decidedAt),
    decision.note ?? null,
  ],
});
