import type { AnyRoute } from '@tanstack/react-router';
import { createContext, use } from 'react';
import type { IconName } from '../kit/Icon.tsx';
import type { Waiting } from './waiting.ts';

/** A line of the side bar. */
export interface PageEntry {
  readonly title: string;
  readonly icon: IconName;
  /** Below the brand: `customers`. */
  readonly path: string;
  /** The scopes that it takes to see the page. */
  readonly scopes: readonly string[];
  readonly section: 'main' | 'developers' | 'compliance' | 'foot';
  /** The second key after `g`. */
  readonly key: string;
  /** How many wait on this page. */
  readonly count?: (waiting: Waiting) => number | undefined;
}

/** Something to do, for the palette and for a single key. */
export interface ActionEntry {
  readonly title: string;
  readonly icon: IconName;
  readonly path: string;
  readonly scopes: readonly string[];
  readonly key?: string;
}

/** What a pasted id can be the id of. */
export interface FindEntry {
  readonly what: string;
  readonly icon: IconName;
  readonly path: (id: string) => string;
  readonly scopes: readonly string[];
}

/** What a subject brings: one file `routes.ts` in its folder exports it, `subjects.ts` lists it. */
export interface Subject {
  readonly routes: readonly AnyRoute[];
  readonly pages: readonly PageEntry[];
  readonly actions?: readonly ActionEntry[];
  readonly finds?: readonly FindEntry[];
}

export const SubjectsContext = createContext<readonly Subject[]>([]);

export const useSubjects = (): readonly Subject[] => use(SubjectsContext);
