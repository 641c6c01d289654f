import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import type { Brand } from '../api/session.ts';

/** What changes of a customer replaced. Each look at it is written down. */
export const historyQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'history'],
    queryFn: () =>
      answerOf(api.GET('/customers/{customer_id}/history', { params: { path: { customer_id: id } } })),
  });

/** Values of a customer by the names of the fields. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** What a field was before some changes of the customer, the oldest first: what the first of them replaced, or what it is. */
export function valueBefore(
  field: string,
  changes: readonly { readonly earlier: FieldValues }[],
  present: object | undefined,
): unknown {
  const first = changes.find(({ earlier }) => field in earlier);
  return first ? first.earlier[field] : (present as FieldValues | undefined)?.[field];
}
