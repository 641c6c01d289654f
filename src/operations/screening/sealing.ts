import type { MatchDetails, ScreeningDetails } from '../../domain/screening/screening.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import type { MatchRow } from '../../store/screening/matches.ts';
import type { ScreeningRow } from '../../store/screening/screenings.ts';
import { readSealed } from '../keyrings.ts';
import type { Context } from '../system.ts';

export type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

const open = ({ system, keyring }: Keys, place: SealContext, sealed: string): Promise<string> =>
  readSealed(system.keyrings, keyring, place, sealed);

export const screeningSealContext = (row: Omit<ScreeningRow, 'details'>): SealContext =>
  sealContext('screenings.details', {
    customer_id: row.customerId,
    screening_id: row.screeningId,
    ordinal: row.ordinal,
    provider: row.provider,
    first_version: row.firstVersion,
    first_at: row.firstAt,
    list_version: row.listVersion,
    checked_at: row.checkedAt,
    checks: row.checks,
  });

/** @throws VaultError where the row was altered. */
export const openScreening = async (keys: Keys, row: ScreeningRow): Promise<ScreeningDetails> =>
  JSON.parse(await open(keys, screeningSealContext(row), row.details)) as ScreeningDetails;

export const matchSealContext = (
  row: Pick<MatchRow, 'customerId' | 'matchId' | 'screeningId' | 'foundAt'>,
): SealContext =>
  sealContext('screening_matches.details', {
    customer_id: row.customerId,
    match_id: row.matchId,
    screening_id: row.screeningId,
    found_at: row.foundAt,
  });

export type MatchState = Pick<
  MatchRow,
  | 'customerId'
  | 'matchId'
  | 'status'
  | 'version'
  | 'proposal'
  | 'proposedBy'
  | 'proposedAt'
  | 'decidedBy'
  | 'decidedAt'
>;

export const matchProofContext = (row: MatchState): SealContext =>
  sealContext('screening_matches.proof', {
    customer_id: row.customerId,
    match_id: row.matchId,
    status: row.status,
    version: row.version,
    proposal: row.proposal,
    proposed_by: row.proposedBy,
    proposed_at: row.proposedAt,
    decided_by: row.decidedBy,
    decided_at: row.decidedAt,
  });

export const matchReasonContext = (row: MatchState): SealContext =>
  sealContext('screening_matches.reason', {
    customer_id: row.customerId,
    match_id: row.matchId,
    proposal: row.proposal,
    proposed_by: row.proposedBy,
    proposed_at: row.proposedAt,
  });

export const matchNoteContext = (row: MatchState): SealContext =>
  sealContext('screening_matches.note', {
    customer_id: row.customerId,
    match_id: row.matchId,
    decided_by: row.decidedBy,
    decided_at: row.decidedAt,
  });

export interface OpenedMatch {
  readonly details: MatchDetails;
  readonly reason: string | undefined;
  readonly note: string | undefined;
}

/** @throws VaultError where the row was altered. */
export async function openMatch(keys: Keys, row: MatchRow): Promise<OpenedMatch> {
  await checkMatch(keys, row);
  const text = (place: SealContext, sealed: string | undefined) =>
    sealed === undefined ? undefined : open(keys, place, sealed);
  return {
    details: JSON.parse(await open(keys, matchSealContext(row), row.details)) as MatchDetails,
    reason: await text(matchReasonContext(row), row.reason),
    note: await text(matchNoteContext(row), row.note),
  };
}

/** @throws VaultError where the columns that change were altered. */
export const checkMatch = (keys: Keys, row: MatchRow): Promise<string> =>
  open(keys, matchProofContext(row), row.proof);
