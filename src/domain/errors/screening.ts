import type { ErrorEntry } from './entry.ts';
import { schema } from './entry.ts';

/** The codes of operations on checks against lists. */
export const screeningErrors = {
  screening_schema: schema('read or decide on checks against lists'),
  screening_match_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such match.',
    help: 'It never existed, belongs to another brand, or its customer was deleted: listRestrictedScreenings shows what is kept. List the matches with listScreeningMatches.',
  },
  screening_match_state: {
    status: 409,
    type: 'Request Error',
    message: 'The match is not in a state that allows this.',
    help: 'Message says why: no decision is proposed, one is proposed already, or it has been decided. Read the state with getScreeningMatch.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
