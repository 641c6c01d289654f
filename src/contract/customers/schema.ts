import type { TSchema } from 'typebox';
import Type from 'typebox';
import type { AddressFields } from '../../domain/customers/address.ts';
import { addressTypes, deliverabilities, maxAddresses } from '../../domain/customers/address.ts';
import type { Identification } from '../../domain/customers/identification.ts';
import { identificationKinds, identificationLimits } from '../../domain/customers/identification.ts';
import { kycFilters } from '../../domain/customers/search.ts';
import { kycStatuses } from '../../domain/kyc/verification.ts';
import { limits } from '../../domain/values.ts';
import { oneOf, text, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const addressFields = {
  address_type: oneOf(addressTypes, { description: 'Either MAILING or PHYSICAL.' }),
  street: text(
    "Between 1 and 40 characters: letters, digits, spaces and . , _ - # Several spaces are stored as one, and none at the ends. With wide validation: at most 64 characters, and also ' / & ¼ ½ ¾",
    limits.street,
  ),
  street2: Type.Optional(
    text(
      'At most 40 characters, or 64 with wide validation; may be empty. No invisible characters and no blanks but ordinary spaces, which are stored singly and not at the ends.',
      limits.street2,
    ),
  ),
  city: text(
    'Between 2 and 40 characters, of which spaces at the ends do not count. No invisible characters and no blanks but ordinary spaces, which are stored singly.',
    limits.city,
  ),
  state: text('Two-letter US state code; for another country at most 20 characters.', limits.state),
  zip_code: text(
    'US: 12345 or 12345-1234. Another country: between 2 and 20 characters. With wide validation it may be empty in a country whose addresses are complete without one, for example HK.',
    limits.zip,
  ),
  country: text(
    'ISO 3166-1 alpha-2 country code. With wide validation, PR, GU, VI, AS and MP are states of the US and no countries.',
    limits.country,
    { examples: ['US'] },
  ),
  is_primary: Type.Boolean({ description: 'Whether this is a primary address.' }),
} satisfies Record<keyof AddressFields, TSchema>;

/** The fields of an address in an answer: what the brand took when it was stored. */
export const storedAddressFields = {
  ...addressFields,
  street: Type.String(),
  street2: Type.String(),
  zip_code: Type.String(),
};

export const newAddress = Type.Object(addressFields, { title: 'NewAddress', ...closed });
const changedAddress = Type.Object(
  {
    address_id: Type.Optional(
      text(
        'The id of a stored address, to change it in place; without one, an equal stored address is kept.',
      ),
    ),
    ...addressFields,
  },
  { title: 'ChangedAddress', ...closed },
);

const identificationFields = {
  kind: oneOf(identificationKinds, {
    description:
      'alien_number: of the United States. government_id: another document that shows nationality or residence and has a photograph or a similar safeguard.',
  }),
  number: text(
    'Letters and digits. Spaces and hyphens may divide them and are not stored; capitals are. An alien_number has seven to nine digits, with or without the A.',
    identificationLimits.number,
  ),
  country: text(
    'ISO 3166-1 alpha-2 code of the country that issued it; US for an alien_number.',
    limits.country,
  ),
} satisfies Record<keyof Identification, TSchema>;

const identification = (title: string, description: string) =>
  Type.Object(identificationFields, { title, description, ...closed });

/** The identification in an answer. */
export const shownIdentification = Type.Object(
  { ...identificationFields, number: Type.String({ description: 'Always masked.' }), country: Type.String() },
  { title: 'MaskedIdentification', ...closed },
);

/** The identification that an answer shows for a reason. */
export const fullIdentification = Type.Object(
  { ...identificationFields, number: Type.String({ description: 'In full.' }), country: Type.String() },
  { title: 'FullIdentification', ...closed },
);

const name =
  'between 2 and 50 characters. Must start with a letter and can only be letters, spaces, and apostrophes. Several spaces are stored as one, and none at the end. With wide validation: between 1 and 50 characters, also hyphens and full stops, and an apostrophe may come first.';
const person = {
  dob: text(
    'Birthday in YYYY-MM-DD format, for example 1994-03-20; not in the future, and not more than 120 years ago.',
    undefined,
    { format: 'date' },
  ),
  first_name: text(`First name, ${name}`, limits.name),
  middle_name: Type.Optional(text(`Middle name, ${name} May be empty for none.`, limits.middleName)),
  last_name: text(`Last name, ${name}`, limits.name),
  ssn: Type.Optional(
    text(
      'Social Security Number, ######### or ###-##-####; unique within the brand. Numbers that are never issued are refused: area 000, 666 or 9xx, group 00, serial 0000, and 078-05-1120. With the validation wide-itin or wide-foreign an ITIN is taken as well. Needed before KYC.',
      limits.ssn,
    ),
  ),
  identification: Type.Optional(
    identification(
      'NewIdentification',
      'In the place of ssn, for a person who has none. Only with the validation wide-foreign; unique within the brand.',
    ),
  ),
  phone: Type.Optional(
    text('Only numbers or dash-separated, 7 to 15 digits. Needed before KYC.', limits.phone),
  ),
  phone_country_code: Type.Optional(
    text('Country dialing code, one to three digits; 1 when left out.', limits.phoneCountryCode),
  ),
  email: Type.Optional(
    text(
      'A valid email address, at most 254 characters, without invisible characters. Needed before KYC.',
      limits.email,
    ),
  ),
};

export const createCustomerBody = Type.Object(
  {
    ...person,
    brand_person_id: Type.Optional(
      Type.String({
        description:
          "The brand's own id for the person, a UUID, unique within the brand; generated if absent.",
        format: 'uuid',
        maxLength: 36,
      }),
    ),
    addresses: Type.Array(newAddress, {
      description: 'At least one of them primary.',
      minItems: 1,
      maxItems: maxAddresses,
    }),
  },
  { title: 'NewCustomer', ...closed },
);

export const changeCustomerBody = Type.Object(
  {
    ...Type.Partial(Type.Object(person)).properties,
    ssn: Type.Optional(
      text('A new SSN, or the mask as it was read, which means unchanged.', {
        maxLength: limits.ssn.maxLength,
      }),
    ),
    identification: Type.Optional(
      identification(
        'ChangedIdentification',
        'Another identification, or the one that was read with its masked number, which means unchanged. It takes the place of an ssn, as an ssn takes its place. Only with the validation wide-foreign.',
      ),
    ),
    addresses: Type.Optional(
      Type.Array(changedAddress, {
        description: 'The whole new set, at least one of them primary.',
        minItems: 1,
        maxItems: maxAddresses,
      }),
    ),
  },
  { title: 'CustomerChange', ...closed, minProperties: 1 },
);

const timestamp = (description: string) =>
  Type.String({ description, examples: ['2020-10-26T21:48:57.287919'] });

export const addressSchema = Type.Object(
  {
    address_id: uuid("The address's id."),
    ...storedAddressFields,
    deliverability: Type.Optional(
      oneOf(deliverabilities, { description: "The verifier's result; absent until there is one." }),
    ),
    date_created: timestamp('When the address was added.'),
  },
  { title: 'Address', ...closed },
);

export const customer = Type.Object(
  {
    customer_id: uuid("The customer's id."),
    brand_person_id: uuid("The brand's own id for the person."),
    bond_brand_id: uuid("The brand's id."),
    date_created: timestamp(
      'When the customer was created, in UTC with microseconds: without an offset in reads, with +00:00 in the answers to changes.',
    ),
    dob: Type.String({ format: 'date' }),
    first_name: Type.String(),
    middle_name: Type.String(),
    last_name: Type.String(),
    ssn: Type.Optional(Type.String({ description: 'Always masked.', pattern: '^XXX-XX-[0-9]{4}$' })),
    identification: Type.Optional(shownIdentification),
    phone: Type.Optional(Type.String()),
    phone_country_code: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    kyc_requests_available: Type.Integer({ description: 'How many verifications can still be started.' }),
    addresses: Type.Array(addressSchema, { minItems: 1, maxItems: maxAddresses }),
    kyc_status: Type.Optional(oneOf(kycStatuses, { description: 'Absent until a verification is started.' })),
    date_updated: timestamp('When the customer last changed.'),
  },
  { title: 'Customer', ...closed },
);

export const searchBody = Type.Object(
  {
    email: Type.Optional(
      text('Exact, in any case of letters (ß is SS); an international domain in letters or in punycode.'),
    ),
    phone: Type.Optional(
      text('Exact, with or without dashes; with country code 1, also with the 1 before the ten digits.'),
    ),
    phone_country_code: Type.Optional(text('Goes with phone; 1 when left out. Leading zeros do not count.')),
    ssn: Type.Optional(text('The full number.')),
    identification: Type.Optional(
      identification('SoughtIdentification', 'The full number, in any form that a create takes.'),
    ),
    brand_person_id: Type.Optional(uuid("The brand's own id for the person.")),
    last_name: Type.Optional(
      text(
        'Exact, in any case of letters (ß is SS); goes with dob. Spaces at the ends and repeated spaces do not count.',
      ),
    ),
    dob: Type.Optional(text('Goes with last_name.', undefined, { format: 'date' })),
    kyc_status: Type.Optional(oneOf(kycFilters, { description: 'none: no verification was started.' })),
    deliverability: Type.Optional(
      oneOf(deliverabilities, { description: 'The verdict on the first primary address.' }),
    ),
    created_from: Type.Optional(text('A date or time (ISO 8601, UTC unless it has an offset); inclusive.')),
    created_before: Type.Optional(text('A date or time (ISO 8601, UTC unless it has an offset); exclusive.')),
  },
  { title: 'CustomerSearch', ...closed, minProperties: 1 },
);
