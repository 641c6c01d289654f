import { queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';

const actorsQuery = (brandId: string) =>
  queryOptions({
    queryKey: [brandId, 'actors'],
    queryFn: async () => new Map((await answerOf(api.GET('/actors'))).data.map(({ id, name }) => [id, name])),
    staleTime: 60_000,
  });

/** The name of a person or a key by its id; until the names are there, and for unknown ones, the id's first part. */
export function useActorName(): (id: string | undefined) => string {
  const { brand, session } = useHere();
  const names = useQuery(actorsQuery(brand.id)).data;
  return (id) => {
    if (id === undefined) return 'Clientele';
    if (id === session.account.operator_id) return 'You';
    return names?.get(id) ?? id.slice(0, 8);
  };
}
