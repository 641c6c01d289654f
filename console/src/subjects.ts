import { audit } from './audit/routes.ts';
import { customers } from './customers/routes.ts';
import { developers } from './developers/routes.ts';
import { overview } from './overview/routes.ts';
import type { Subject } from './shell/subject.ts';

/** Every subject with pages of a brand, in the order of the side bar. Its folder's `routes.ts` says the rest. */
export const subjects: readonly Subject[] = [overview, customers, developers, audit];
