import type { CustomerId, Id } from '../../domain/ids.ts';
import type { ArrivalOrder } from '../../domain/paging.ts';
import type { MatchDecision, MatchFilter, MatchStatus } from '../../domain/screening/screening.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { bigint, columns, id, instant, number, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { writeChange } from '../statement-parts.ts';
import type { ScreeningClaimId } from './queue.ts';
import { checkCountsSql } from './queue.ts';
import type { ScreeningId } from './screenings.ts';

export type MatchId = Id<'match'>;

export interface MatchRow {
  readonly matchId: MatchId;
  readonly seq: bigint;
  readonly customerId: CustomerId;
  readonly screeningId: ScreeningId;
  readonly status: MatchStatus;
  readonly version: number;
  readonly foundAt: Instant;
  readonly proposal: MatchDecision | undefined;
  readonly proposedBy: string | undefined;
  readonly proposedAt: Instant | undefined;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Instant | undefined;
  /** Sealed, as are the reason and the note. */
  readonly details: string;
  readonly reason: string | undefined;
  readonly note: string | undefined;
  /** Proves the columns that change (`screening_matches.proof`). */
  readonly proof: string;
}

const row = columns({
  matchId: id<MatchId>(),
  seq: bigint(),
  customerId: id<CustomerId>(),
  screeningId: id<ScreeningId>(),
  status: text<MatchStatus>(),
  version: number(),
  foundAt: instant(),
  proposal: optional(text<MatchDecision>()),
  proposedBy: optional(text()),
  proposedAt: optional(instant()),
  decidedBy: optional(text()),
  decidedAt: optional(instant()),
  details: text(),
  reason: optional(text()),
  note: optional(text()),
  proof: text(),
});

/** A match ends with its customer: once that is deleted, nobody can decide it, and only its kept record shows it. */
const ofPresentSql =
  'exists (select from customers c where c.brand_id = m.brand_id and c.customer_id = m.customer_id)';

const one = statement(
  'screening_match_read',
  `select ${row.list} from screening_matches m where brand_id = $1 and match_id = $2 and ${ofPresentSql}`,
);

export async function readMatch(scope: BrandScope, matchId: MatchId): Promise<MatchRow | undefined> {
  const [found] = await scope.db.read(one, [scope.brandId, matchId]);
  return found && row.read(found);
}

const ofCustomer = statement(
  'screening_matches_of_customer',
  `select ${row.list} from screening_matches where brand_id = $1 and customer_id = $2 order by seq`,
);

/** Every match of a customer, the oldest first. The customer may be deleted. */
export const matchesOf = async (scope: BrandScope, customer: CustomerId): Promise<readonly MatchRow[]> =>
  (await scope.db.read(ofCustomer, [scope.brandId, customer])).map(row.read);

export interface MatchQuery {
  readonly status: MatchFilter | undefined;
  readonly customerId: string | undefined;
  /** Only matches behind this sequence number. */
  readonly after: bigint | undefined;
  readonly most: number;
}

const list = (name: string, behind: '<' | '>', sort: 'asc' | 'desc', status: string) =>
  sql(
    name,
    `select ${row.list} from screening_matches m
      where brand_id = :brandId and ${ofPresentSql} and (:after::bigint is null or seq ${behind} :after::bigint)
        and ${status} and (:customerId::uuid is null or customer_id = :customerId::uuid)
      order by seq ${sort} limit :most`,
  );
const waits = "status in ('open', 'proposed') and :status::text is not null";
const isAsked = '(:status::text is null or status = :status::text)';
const lists = {
  oldest: {
    waiting: list('screening_matches_waiting', '>', 'asc', waits),
    any: list('screening_matches', '>', 'asc', isAsked),
  },
  newest: {
    waiting: list('screening_matches_waiting_newest', '<', 'desc', waits),
    any: list('screening_matches_newest', '<', 'desc', isAsked),
  },
} as const;

export async function listMatches(
  scope: BrandScope,
  order: ArrivalOrder,
  { status, customerId, after, most }: MatchQuery,
): Promise<readonly MatchRow[]> {
  const query = lists[order][status === 'waiting' ? 'waiting' : 'any'];
  return (await query.read(scope.db, { brandId: scope.brandId, status, customerId, after, most })).map(
    row.read,
  );
}

/** Writes a new match if the check still counts. */
export function insertMatch(
  scope: BrandScope,
  match: Pick<MatchRow, 'matchId' | 'customerId' | 'screeningId' | 'foundAt' | 'details' | 'proof'>,
  claim: ScreeningClaimId,
  parts: readonly StatementPart[],
): Promise<WriteOutcome> {
  const { matchId, customerId, screeningId, foundAt, details, proof } = match;
  return writeChange(scope, {
    name: 'screening_match',
    parameters: {
      brandId: scope.brandId,
      customerId,
      claim,
      matchId,
      screeningId,
      foundAt: toPostgres(foundAt),
      details,
      proof,
    },
    claim: undefined,
    gate: 'gate',
    changed: 'written',
    parts,
    text: (_claimed, rest) => `with ${checkCountsSql}, written as (
        insert into screening_matches (brand_id, match_id, customer_id, screening_id, status, version, found_at, details, proof)
        select :brandId::uuid, :matchId::uuid, :customerId::uuid, :screeningId::uuid, 'open', 1, :foundAt::timestamptz,
               :details::text, :proof::text from gate
        returning 1 as done
      ), ${rest} result as (select done from written) select done from result`,
  });
}

const heldSql = `held as (
  select 1 from screening_matches m join customers c on c.brand_id = m.brand_id and c.customer_id = m.customer_id
   where m.brand_id = :brandId and m.match_id = :matchId::uuid and m.customer_id = :customerId::uuid and m.version = :version::int
   for update of m for key share of c)`;

/** Writes the next version of a match that was read, if nobody was faster and its customer is present. */
export function changeMatch(
  scope: BrandScope,
  match: MatchRow,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  return writeChange(scope, {
    name: 'screening_decide',
    parameters: {
      brandId: scope.brandId,
      customerId: match.customerId,
      matchId: match.matchId,
      version: match.version - 1,
      status: match.status,
      proposal: match.proposal,
      proposedBy: match.proposedBy,
      proposedAt: match.proposedAt && toPostgres(match.proposedAt),
      decidedBy: match.decidedBy,
      decidedAt: match.decidedAt && toPostgres(match.decidedAt),
      reason: match.reason,
      note: match.note,
      proof: match.proof,
    },
    claim,
    gate: 'held',
    changed: 'changed',
    parts,
    text: (claimed, rest) => `with ${heldSql}, ${claimed} changed as (
        update screening_matches set version = version + 1, status = :status::text, proposal = :proposal::text,
               proposed_by = :proposedBy::uuid, proposed_at = :proposedAt::timestamptz, decided_by = :decidedBy::uuid,
               decided_at = :decidedAt::timestamptz, reason = :reason::text, note = :note::text, proof = :proof::text
         where brand_id = :brandId and match_id = :matchId::uuid and exists (select from ${claimed ? 'claim' : 'held'})
        returning 1 as done
      ), ${rest} result as (select done from changed) select done from result`,
  });
}
