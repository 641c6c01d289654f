import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { MatchFilters } from './filters.ts';

export type MatchBrief = components['schemas']['ScreeningMatch'];
export type Match = components['schemas']['ScreeningMatchInFull'];
export type Screening = components['schemas']['Screening'];

/** What the API is asked for. */
export const askedOf = ({ status = 'waiting', order = 'oldest', cursor }: MatchFilters) => ({
  ...(status !== 'any' && { status }),
  order,
  ...(cursor && { cursor }),
});

/** The matches without what their entries say. */
export const matchesQuery = (brand: Brand, filters: MatchFilters) =>
  queryOptions({
    queryKey: [brand.id, 'matches', filters],
    queryFn: () => answerOf(api.GET('/screening/matches', { params: { query: askedOf(filters) } })),
  });

/** One match with its entry. Each call is written into the audit trail. */
export const matchQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'match', id],
    queryFn: () => answerOf(api.GET('/screening/matches/{match_id}', { params: { path: { match_id: id } } })),
  });

/** The customer's checks, the newest first, with their matches. They are asked for at each opening. */
export const screeningsQuery = (brand: Brand, customer: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', customer, 'screenings beside a match'],
    queryFn: () =>
      answerOf(
        api.GET('/customers/{customer_id}/screenings', { params: { path: { customer_id: customer } } }),
      ),
    gcTime: 0,
  });

/** What a person wrote about a match. */
type Words = Pick<Match, 'reason' | 'note'>;

/** Shows a match as a write left it. Reading it again would be another look that is written down. */
export async function matchChanged(brand: Brand, known: Match, now: MatchBrief, words: Words): Promise<void> {
  const { person, entry, list_version } = known;
  const match: Match = { ...now, person, entry, list_version, ...words };
  queryClient.setQueryData(matchQuery(brand, now.match_id).queryKey, match);
  await Promise.all(
    ['matches', 'waiting'].map((what) => queryClient.invalidateQueries({ queryKey: [brand.id, what] })),
  );
}
