import { queryOptions } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { answerOf, api, currentBrand } from './client.ts';
import { queryClient } from './query.ts';
import type { components } from './schema.d.ts';

export type Session = components['schemas']['Session'];

/** A brand that the person may see, and what they may do in it. */
export interface Brand {
  readonly id: string;
  readonly name: string;
  /** The part of addresses: `/console/{slug}/customers`. */
  readonly slug: string;
  readonly scopes: readonly string[];
  /** Whether the person's roles in this brand reach all of these. */
  may(...scopes: readonly string[]): boolean;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => answerOf(api.GET('/session')),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

export function brandsOf(session: Session): readonly Brand[] {
  return session.brands.map(({ bond_brand_id: id, name, slug, scopes }) => ({
    id,
    name,
    slug,
    scopes,
    may: (...wanted) => wanted.every((scope) => (scopes as readonly string[]).includes(scope)),
  }));
}

/** What every page of a brand has. */
export interface Here {
  readonly session: Session;
  readonly brand: Brand;
}

export const HereContext = createContext<Here | undefined>(undefined);

/** The session and the brand whose page this is. */
export function useHere(): Here {
  const here = use(HereContext);
  if (!here) throw new Error('This is not a page of a brand.');
  return here;
}

/** Forgets everything that was read, so that nothing of it is left for the next person. */
export async function signOut(): Promise<void> {
  await answerOf(api.DELETE('/session'));
  queryClient.clear();
  currentBrand.set('-');
  location.assign('/console/sign-in');
}

/** Thrown by a route that the person's roles do not reach. */
export class NotReached extends Error {
  override name = 'NotReached';
}

/** For `beforeLoad` of a route: nothing is asked of the API unless the roles reach it. */
export function needs(brand: Brand, ...scopes: readonly string[]): void {
  if (!brand.may(...scopes)) throw new NotReached('Your roles do not reach this.');
}
