import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';

type Schemas = components['schemas'];
export type Settings = Schemas['Settings'];
export type Operator = Schemas['Operator'];
export type WithLink = Schemas['OperatorWithLink'];
export type Role = Operator['roles'][number];

export const settingsQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'settings'],
    queryFn: () => answerOf(api.GET('/settings')),
  });

export const operatorsQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'operators'],
    queryFn: async () => (await answerOf(api.GET('/operators'))).data,
  });

export const operatorsChanged = (brand: Brand): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: [brand.id, 'operators'] });
