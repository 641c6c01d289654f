import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import { sessionQuery } from '../api/session.ts';

export type Passkey = components['schemas']['Passkey'];

export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: () => answerOf(api.GET('/passkeys')),
});

/** What is shown of the account is asked for again. */
export async function accountChanged(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(passkeysQuery),
    queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }),
  ]);
}
