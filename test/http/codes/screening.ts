import { proposal, proposedMatch } from '../../samples/screening.ts';
import type { Case } from './budgets.ts';
import { brand } from './worlds.ts';

/** A decision on a match again, by a colleague of the one who proposed it. */
const again =
  (step: 'proposal' | 'decision', body: object): Case =>
  async (_row, headers) => {
    const path = `/screening/matches/${(await proposedMatch(brand)).matchId}/${step}`;
    const colleague = await brand.colleague();
    await colleague.call('POST', path, { body });
    return colleague.call('POST', path, { body, headers });
  };

export const screeningCases = {
  proposeScreeningDecision: { screening_match_state: again('proposal', proposal) },
  decideScreeningMatch: {
    screening_match_state: again('decision', { decision: 'approve' }),
    second_approver: async (_row, headers) => {
      const path = `/screening/matches/${(await proposedMatch(brand)).matchId}/decision`;
      return brand.call('POST', path, { body: { decision: 'approve' }, headers });
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Case>>>>;
