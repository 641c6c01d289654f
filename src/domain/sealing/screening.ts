import type { Declaration } from './declaration.ts';

const ofScreening = { key: ['screening_id', 'uuid'], newTable: true } as const;
const ofMatch = { key: ['match_id', 'uuid'], newTable: true } as const;

/** What checks against lists found, and what was decided about it. */
export const screeningColumns = {
  'screenings.details': {
    ...ofScreening,
    purpose: 'verification',
    recordId: 'screening/{customer_id}/{screening_id}',
    bound: {
      ordinal: 'number',
      provider: 'text',
      first_version: 'text',
      first_at: 'instant',
      list_version: 'text',
      checked_at: 'instant',
      checks: 'number',
    },
  },
  'screening_matches.details': {
    ...ofMatch,
    purpose: 'verification',
    recordId: 'match/{customer_id}/{match_id}',
    bound: { screening_id: 'text', found_at: 'instant' },
  },
  /** Why a decision was proposed. */
  'screening_matches.reason': {
    ...ofMatch,
    purpose: 'reason',
    recordId: 'match/{customer_id}/{match_id}',
    bound: { proposal: 'text', proposed_by: 'text', proposed_at: 'instant' },
    optional: true,
  },
  'screening_matches.note': {
    ...ofMatch,
    purpose: 'reason',
    recordId: 'match note/{customer_id}/{match_id}',
    bound: { decided_by: 'text', decided_at: 'instant' },
    optional: true,
  },
  'screening_matches.proof': {
    ...ofMatch,
    purpose: 'row',
    type: 'text',
    recordId: 'match/{customer_id}/{match_id}',
    bound: {
      status: 'text',
      version: 'number',
      proposal: 'text',
      proposed_by: 'text',
      proposed_at: 'instant',
      decided_by: 'text',
      decided_at: 'instant',
    },
  },
} as const satisfies Readonly<Record<string, Declaration>>;
