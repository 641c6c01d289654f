import Type from 'typebox';
import { arrivalOrders } from '../../domain/paging.ts';
import {
  checkMatchDecision,
  checkProposal,
  matchDecisions,
  matchFilters,
  matchNote,
  matchReason,
} from '../../domain/screening/screening.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, shortTextField, uuid } from '../shapes.ts';
import {
  decidedMatchExample,
  matchBrief,
  matchExample,
  matchInFull,
  matchInFullExample,
  screeningList,
} from './schema.ts';

// Checks of customers against lists of sanctioned people, and the decisions on what they find.

const tag = 'Screening';
const closed = { additionalProperties: false } as const;
const matchParam = {
  match_id: { description: "The match's id.", invalid: 'screening_match_dne' },
} as const;

const listScreeningMatches = operation({
  operationId: 'listScreeningMatches',
  method: 'GET',
  path: '/screening/matches',
  tag,
  summary: 'List matches with lists of sanctioned people',
  description:
    'Entries of lists that customers resemble, without what the entries say. waiting stands for open and proposed.',
  scope: 'kyc:review',
  params: {},
  query: Type.Object(
    {
      status: Type.Optional(oneOf(matchFilters, { description: 'Only matches with this status.' })),
      customer_id: Type.Optional(uuid('Only matches of this customer.')),
      order: Type.Optional(
        oneOf(arrivalOrders, { description: 'Which matches come first.', default: 'oldest' }),
      ),
      ...listQuery(),
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'The matches of this page.',
    schema: listOf('ScreeningMatches', matchBrief),
    example: { data: [matchExample], next_cursor: null },
  },
  schemaError: 'screening_schema',
  errors: [],
  unknownError: 'unknown_list_screening_matches',
});

const getScreeningMatch = operation({
  operationId: 'getScreeningMatch',
  method: 'GET',
  path: '/screening/matches/{match_id}',
  tag,
  summary: 'Retrieve a match',
  description:
    'The entry of the list, the person as they were checked, and what was proposed and decided. Each read is recorded in the audit trail.',
  scope: 'kyc:review',
  params: matchParam,
  answer: { status: 200, description: 'The match.', schema: matchInFull, example: matchInFullExample },
  schemaError: 'screening_schema',
  errors: ['screening_match_dne'],
  unknownError: 'unknown_get_screening_match',
});

const proposeScreeningDecision = operation({
  operationId: 'proposeScreeningDecision',
  method: 'POST',
  path: '/screening/matches/{match_id}/proposal',
  tag,
  summary: 'Propose a decision on a match',
  description:
    'Proposes that the match is a false positive, or that the customer is the person on the list. Another person approves it with decideScreeningMatch.',
  scope: 'kyc:review',
  params: matchParam,
  body: {
    schema: Type.Object(
      {
        decision: oneOf(matchDecisions, { description: 'The decision.' }),
        reason: shortTextField('Why. Between 3 and 1,000 characters; sealed at rest.', matchReason),
      },
      { title: 'MatchProposal', ...closed },
    ),
    check: checkProposal,
    example: { decision: 'false_positive', reason: matchInFullExample.reason },
  },
  answer: { status: 200, description: 'The match.', schema: matchBrief, example: matchExample },
  schemaError: 'screening_schema',
  errors: ['screening_match_dne', 'screening_match_state'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_propose_screening_decision',
});

const decideScreeningMatch = operation({
  operationId: 'decideScreeningMatch',
  method: 'POST',
  path: '/screening/matches/{match_id}/decision',
  tag,
  summary: 'Approve or decline a proposed decision',
  description:
    'approve makes the proposed decision final. It takes another person than the one who proposed it. decline opens the match again, and anybody may do that. A confirmed match changes nothing about the customer: what follows from it is yours to do.',
  scope: 'kyc:review',
  params: matchParam,
  body: {
    schema: Type.Object(
      {
        decision: oneOf(['approve', 'decline']),
        note: Type.Optional(shortTextField('At most 1,000 characters; sealed at rest.', matchNote)),
      },
      { title: 'MatchDecision', ...closed },
    ),
    check: checkMatchDecision,
    example: { decision: 'approve', note: 'Passport seen.' },
  },
  answer: {
    status: 200,
    description: 'The match.',
    schema: matchBrief,
    example: decidedMatchExample,
  },
  schemaError: 'screening_schema',
  errors: ['screening_match_dne', 'screening_match_state', 'second_approver'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_decide_screening_match',
});

const listScreenings = operation({
  operationId: 'listScreenings',
  method: 'GET',
  path: '/customers/{customer_id}/screenings',
  tag,
  summary: "List a customer's checks against lists",
  description:
    'Every check, the newest first: when, by whom, against which version of the lists, what was found, and who decided on it. Checks that found the same for the same person are one item, with the first and the last of them.',
  scope: 'kyc:read',
  params: {
    customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
  },
  ...screeningList,
  schemaError: 'screening_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_screenings',
});

export const screeningOperations = {
  listScreeningMatches,
  getScreeningMatch,
  proposeScreeningDecision,
  decideScreeningMatch,
  listScreenings,
} as const;
