import { queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';

export type Waiting = components['schemas']['Waiting'];

const everyMs = 30_000;

/** What waits for a person in a brand: the counts of the side bar. */
const waitingQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'waiting'],
    queryFn: () => answerOf(api.GET('/waiting')),
    // The one query that is sent by itself, because it writes no entry. Only while the window is visible.
    refetchInterval: everyMs,
    refetchIntervalInBackground: false,
  });

export const useWaiting = (brand: Brand): Waiting | undefined => useQuery(waitingQuery(brand)).data;
