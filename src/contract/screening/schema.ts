import Type from 'typebox';
import { matchDecisions, matchStatuses } from '../../domain/screening/screening.ts';
import { customerExample } from '../customers/examples.ts';
import { listOf, listQuery } from '../lists.ts';
import { oneOf, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const time = (description: string) => Type.String({ description });

const person = Type.Object(
  {
    first_name: Type.String(),
    middle_name: Type.String(),
    last_name: Type.String(),
    dob: Type.String({ format: 'date' }),
  },
  {
    title: 'ScreenedPerson',
    description: 'The name and the date of birth that the lists were searched for.',
    ...closed,
  },
);

const entryName = {
  list: Type.String({ description: "The list, by the provider's name of it.", examples: ['us_ofac'] }),
  entry_id: Type.String({ description: "The entry's id in that list." }),
};

const brief = {
  match_id: uuid("The match's id."),
  customer_id: uuid('The customer.'),
  screening_id: uuid('The check that raised it.'),
  status: oneOf(matchStatuses, {
    description:
      'open: nothing is proposed. proposed: a decision waits for another person. The others are final.',
  }),
  date_found: time('When it was raised.'),
  proposed_decision: Type.Optional(oneOf(matchDecisions, { description: 'The decision that was proposed.' })),
  proposed_by: Type.Optional(uuid('The Identity of the key that proposed it.')),
  date_proposed: Type.Optional(time('When.')),
  decided_by: Type.Optional(uuid('The Identity of the key that approved it.')),
  date_decided: Type.Optional(time('When.')),
};

export const matchBrief = Type.Object(brief, { title: 'ScreeningMatch', ...closed });

export const matchInFull = Type.Object(
  {
    ...brief,
    person,
    entry: Type.Object(
      {
        ...entryName,
        name: Type.String({ description: 'The name of the entry.' }),
        score: Type.Number({ description: 'How much it resembles the person.', minimum: 0, maximum: 1 }),
        birth_dates: Type.Optional(
          Type.Array(Type.String(), { description: 'Dates of birth in the entry.' }),
        ),
        programs: Type.Optional(
          Type.Array(Type.String(), { description: 'The programs that it is listed for.' }),
        ),
      },
      { title: 'ListEntry', ...closed },
    ),
    list_version: Type.String({ description: 'The version of the lists that it was found in.' }),
    reason: Type.Optional(Type.String({ description: 'Why the decision was proposed.' })),
    note: Type.Optional(Type.String({ description: 'What its approver wrote.' })),
  },
  { title: 'ScreeningMatchInFull', ...closed },
);

const screening = Type.Object(
  {
    screening_id: uuid("The check's id."),
    customer_id: uuid('The customer.'),
    provider: Type.String({ description: 'Who was asked: watchman or http.' }),
    person,
    entries: Type.Array(Type.Object(entryName, { title: 'EntryName', ...closed }), {
      description: 'The entries that resembled the person, whether or not they raised a match.',
    }),
    first_list_version: Type.String({
      description: 'The version of the lists at the first of these checks.',
    }),
    date_first_checked: time('When the first of these checks was made.'),
    list_version: Type.String({ description: 'The version of the lists at the last of these checks.' }),
    date_checked: time('When the last of these checks was made.'),
    checks: Type.Integer({ description: 'How many checks of the person found these entries.', minimum: 1 }),
    matches: Type.Array(matchInFull, { description: 'The matches that it raised.' }),
  },
  { title: 'Screening', ...closed },
);

export const matchExample = {
  match_id: 'c3f0a3b2-6f57-4d0f-9f43-2f1f2a7d9b10',
  customer_id: customerExample.customer_id,
  screening_id: '1f0b7a5e-3f1c-4f0e-8f5e-9d9c1b0a7e21',
  status: 'proposed',
  date_found: '2026-11-27T08:14:02.118204+00:00',
  proposed_decision: 'false_positive',
  proposed_by: '3c1e9b60-52c5-4a3e-9f0c-4a8f4c1d2e3f',
  date_proposed: '2026-11-27T09:31:40.002113+00:00',
} as const;

export const decidedMatchExample = {
  ...matchExample,
  status: 'false_positive',
  decided_by: '0b3f5d42-2c9d-4a57-9a0e-9b2f8f0f3f61',
  date_decided: '2026-11-27T10:02:11.511400+00:00',
} as const;

const personExample = {
  first_name: customerExample.first_name,
  middle_name: customerExample.middle_name,
  last_name: customerExample.last_name,
  dob: customerExample.dob,
};

export const matchInFullExample = {
  ...decidedMatchExample,
  person: personExample,
  entry: {
    list: 'us_ofac',
    entry_id: '22790',
    name: 'BOND, James Herbert',
    score: 0.9444,
    birth_dates: ['1962-11-23'],
    programs: ['SDGT'],
  },
  list_version: 'us_csl:a572e9d00c5bcf42 us_ofac:06291d7f2ab09aab',
  reason: 'Another date and place of birth: the entry was born in 1962.',
  note: 'Passport seen.',
} as const;

/** What both lists of checks say and answer. */
export const screeningList = {
  query: Type.Object(listQuery(), closed),
  answer: {
    status: 200,
    description: 'The checks of this page.',
    schema: listOf('Screenings', screening),
    example: {
      data: [
        {
          screening_id: matchExample.screening_id,
          customer_id: customerExample.customer_id,
          provider: 'watchman',
          person: personExample,
          entries: [{ list: 'us_ofac', entry_id: '22790' }],
          first_list_version: matchInFullExample.list_version,
          date_first_checked: matchExample.date_found,
          list_version: 'us_csl:a572e9d00c5bcf42 us_ofac:1b7e0c9d4417aa03',
          date_checked: '2026-11-29T02:10:44.201774+00:00',
          checks: 3,
          matches: [matchInFullExample],
        },
      ],
      next_cursor: null,
    },
  },
} as const;
