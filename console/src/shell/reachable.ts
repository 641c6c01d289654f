import { useHere } from '../api/session.ts';
import type { ActionEntry, FindEntry, PageEntry } from './subject.ts';
import { useSubjects } from './subject.ts';

interface Reachable {
  readonly pages: readonly (PageEntry & { readonly to: string })[];
  readonly actions: readonly (ActionEntry & { readonly to: string })[];
  readonly finds: readonly (Omit<FindEntry, 'path'> & { readonly to: (id: string) => string })[];
}

/** The pages and actions that the person's roles in this brand reach. What they do not reach is not shown. */
export function useReachable(): Reachable {
  const { brand } = useHere();
  const subjects = useSubjects();
  const within = (path: string) => `/${brand.slug}/${path}`;
  const isReached = ({ scopes }: { readonly scopes: readonly string[] }) => brand.may(...scopes);
  return {
    pages: subjects
      .flatMap(({ pages }) => pages)
      .filter(isReached)
      .map((page) => ({ ...page, to: within(page.path) })),
    actions: subjects
      .flatMap(({ actions = [] }) => actions)
      .filter(isReached)
      .map((action) => ({ ...action, to: within(action.path) })),
    finds: subjects
      .flatMap(({ finds = [] }) => finds)
      .filter(isReached)
      .map(({ path, ...find }) => ({ ...find, to: (id) => within(path(id)) })),
  };
}
