import { audit } from './audit/routes.ts';
import { changes } from './changes/routes.ts';
import { customers } from './customers/routes.ts';
import { developers } from './developers/routes.ts';
import { overview } from './overview/routes.ts';
import { retention } from './retention/routes.ts';
import { reviews } from './reviews/routes.ts';
import { screening } from './screening/routes.ts';
import { settings } from './settings/routes.ts';
import type { Subject } from './shell/subject.ts';

/** Every subject with pages of a brand, in the order of the side bar. Its folder's `routes.ts` says the rest. */
export const subjects: readonly Subject[] = [
  overview,
  customers,
  reviews,
  changes,
  developers,
  screening,
  audit,
  retention,
  settings,
];
