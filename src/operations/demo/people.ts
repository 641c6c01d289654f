import type { Address, AddressFields, Deliverability } from '../../domain/customers/address.ts';
import { addressFields } from '../../domain/customers/address.ts';
import type { CustomerDraft } from '../../domain/customers/customer.ts';
import { draftCustomer } from '../../domain/customers/customer.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { KycState, KycStatus } from '../../domain/kyc/verification.ts';
import { initialKycRequests } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfMillis, millisOf, plusSeconds } from '../../domain/time.ts';
import { cities, foreignAddresses, names, streets } from './lists.ts';

/** A customer of the demo, before it is sealed. */
export interface DemoCustomer extends CustomerDraft {
  readonly customerId: CustomerId;
  readonly brandPersonId: Id<'brand person'>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly kyc: KycState;
}

export const unverified: KycState = {
  status: undefined,
  passedAt: undefined,
  requestsAvailable: initialKycRequests,
};

/** Kinds of addresses, with the unit and the verdict of each. */
const addressKinds = {
  house: { unit: '', verdict: 'deliverable' },
  flat: { unit: 'Apt. 3B', verdict: 'deliverable' },
  'flat without its number': { unit: '', verdict: 'deliverable_missing_unit' },
  'flat with a wrong number': { unit: 'Apt. 907', verdict: 'deliverable_incorrect_unit' },
  'house with a number of a flat': { unit: 'Apt. 1', verdict: 'deliverable_unnecessary_unit' },
  'house under the ZIP code of another city': { unit: '', verdict: 'undeliverable' },
  'house without a verdict': { unit: '', verdict: undefined },
} as const satisfies Readonly<Record<string, { unit: string; verdict: Deliverability | undefined }>>;

type AddressKind = keyof typeof addressKinds | 'abroad';
type Optional = 'ssn' | 'phone' | 'email';

/** The state of a demo customer. A verification needs SSN, phone and email. */
interface Scenario {
  readonly kyc?: readonly [status: KycStatus, requestsAvailable: number];
  readonly primaryAddress: AddressKind;
  readonly secondAddress?: AddressKind;
  readonly missingFields?: readonly Optional[];
}

const scenarios: readonly Scenario[] = [
  { kyc: ['passed', 2], primaryAddress: 'house' },
  { primaryAddress: 'flat without its number', missingFields: ['ssn'] },
  { kyc: ['passed', 2], primaryAddress: 'flat', secondAddress: 'house' },
  { kyc: ['submitted', 2], primaryAddress: 'house' },
  { primaryAddress: 'house under the ZIP code of another city', missingFields: ['email'] },
  { kyc: ['passed', 1], primaryAddress: 'house', secondAddress: 'abroad' },
  { kyc: ['document_required', 2], primaryAddress: 'flat with a wrong number' },
  { primaryAddress: 'abroad', missingFields: ['ssn'] },
  {
    kyc: ['failed', 0],
    primaryAddress: 'house with a number of a flat',
    secondAddress: 'flat without its number',
  },
  { primaryAddress: 'flat', missingFields: ['phone'] },
  { kyc: ['under_review', 1], primaryAddress: 'house under the ZIP code of another city' },
  { primaryAddress: 'house without a verdict', missingFields: ['ssn', 'phone', 'email'] },
  { kyc: ['error', 3], primaryAddress: 'flat' },
  { kyc: ['passed', 0], primaryAddress: 'flat', secondAddress: 'house without a verdict' },
  { primaryAddress: 'house', secondAddress: 'house with a number of a flat' },
  { kyc: ['expired', 2], primaryAddress: 'flat without its number' },
  { primaryAddress: 'house' },
];

/** Those who came lately. Most have what a verification needs. */
const newcomers: readonly Scenario[] = [
  { primaryAddress: 'house' },
  { primaryAddress: 'flat' },
  { primaryAddress: 'house', secondAddress: 'flat' },
  { primaryAddress: 'house under the ZIP code of another city' },
  { primaryAddress: 'flat' },
  { primaryAddress: 'abroad' },
  { primaryAddress: 'house' },
];

/** When the first invented customer was created: after those of the document. */
const firstArrival = '2021-03-01T08:00:00.000000' as Instant;

export interface DemoOptions {
  /** Index of the first invented person; each brand has its own range. */
  readonly from: number;
  readonly count: number;
  readonly now: Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/** Invented customers in order of creation. Only ids and times differ between installations. */
export const demoPeople = (options: DemoOptions): readonly DemoCustomer[] =>
  Array.from({ length: options.count }, (_, place) => demoPerson(options, place));

function demoPerson({ from, count, now, newId }: DemoOptions, place: number): DemoCustomer {
  const number = from + place;
  const scenario = pick(scenarios, place);
  const createdAt = arrival(place, count, now);
  const { fields, verdicts } = personOf(number, pick(names, number), scenario);
  const { profile, ssn } = draftCustomer(fields, { now: createdAt, newAddressId: newId });
  const addresses = profile.addresses.map((address, index) => withDemoVerdict(address, verdicts[index]));
  const kyc = kycOf(scenario, createdAt);
  return {
    customerId: newId(),
    brandPersonId: newId(),
    createdAt,
    updatedAt: changedLast(kyc, place, createdAt, now),
    kyc,
    profile: { ...profile, addresses },
    ssn,
  };
}

/** A person who came lately, as a request names them. Nobody else has the name. */
export const newcomer = (number: number) => {
  const [first, middle] = pick(names, number);
  const [, , last] = pick(names, number + 41);
  return personOf(firstNewcomer + number, [first, middle, last], pick(newcomers, number)).fields;
};

/** Beyond the number of every person who came before. */
const firstNewcomer = 200;

/** What a person sends of themselves, and the verdicts on their addresses. */
function personOf(
  number: number,
  [first, middle, last]: (typeof names)[number],
  { missingFields, primaryAddress, secondAddress }: Scenario,
) {
  const given = <Field extends Optional>(field: Field, value: string) =>
    missingFields?.includes(field) ? {} : ({ [field]: value } as { readonly [Name in Field]: string });
  const email = `${latinLetters(first)}.${latinLetters(last)}@example.${pick(['com', 'org', 'net'], number)}`;
  const addresses = [
    addressWithVerdict(primaryAddress, number, true),
    ...(secondAddress ? [addressWithVerdict(secondAddress, number + 7, false)] : []),
  ];
  const fields = {
    dob: dobOf(number),
    first_name: first,
    middle_name: middle,
    last_name: last,
    ...given('ssn', ssnOf(number)),
    ...given('phone', phoneOf(number)),
    ...given('email', email),
    addresses: addresses.map((one) => one.fields),
  };
  return { fields, verdicts: addresses.map(({ verdict }) => verdict) };
}

/** Below 1, so that each year has more new customers than the year before. */
const arrivalExponent = 0.8;

/** Times increase and never exceed now. */
function arrival(place: number, count: number, now: Instant): Instant {
  const start = millisOf(firstArrival);
  return instantOfMillis(start + (millisOf(now) - start) * ((place + 1) / (count + 1)) ** arrivalExponent);
}

/** Seconds between a customer's creation and the verdict of its verification. */
const verdictDelaySeconds = 5_400;

const kycOf = ({ kyc }: Scenario, createdAt: Instant): KycState =>
  kyc
    ? {
        status: kyc[0],
        passedAt: kyc[0] === 'passed' ? plusSeconds(createdAt, verdictDelaySeconds) : undefined,
        requestsAvailable: kyc[1],
      }
    : unverified;

const running: ReadonlySet<KycStatus> = new Set(['submitted', 'document_required', 'under_review']);

/** Running verifications started recently, because documents are due within 28 days. */
function changedLast({ status }: KycState, place: number, createdAt: Instant, now: Instant): Instant {
  if (status === undefined) return createdAt;
  if (!running.has(status)) return plusSeconds(createdAt, verdictDelaySeconds);
  const lately = plusSeconds(now, -4_211 * (1 + place));
  return lately > createdAt ? lately : createdAt;
}

/** The address with its verdict, in the key order of the answer. */
function withDemoVerdict({ date_created, ...rest }: Address, verdict: Deliverability | undefined): Address {
  return { ...rest, ...(verdict && { deliverability: verdict }), date_created };
}

interface AddressWithVerdict {
  readonly fields: AddressFields;
  readonly verdict: Deliverability | undefined;
}

function addressWithVerdict(addressKind: AddressKind, number: number, primary: boolean): AddressWithVerdict {
  const kind = { address_type: primary ? 'PHYSICAL' : 'MAILING', is_primary: primary } as const;
  if (addressKind === 'abroad')
    return { fields: addressFields({ ...kind, ...pick(foreignAddresses, number) }), verdict: undefined };
  const { unit, verdict } = addressKinds[addressKind];
  const { city, state, zip } = pick(cities, number);
  const elsewhere = verdict === 'undeliverable' ? pick(cities, number + 16).zip : zip;
  const street = `${12 + ((number * 67) % 1_900)} ${pick(streets, number)}`;
  return {
    fields: addressFields({
      ...kind,
      street,
      street2: unit,
      city,
      state,
      zip_code: elsewhere,
      country: 'US',
    }),
    verdict,
  };
}

/** Each stride is coprime to its modulus, so that no value repeats within a brand. */
const ssnOf = (number: number): string =>
  `${130 + ((number * 17) % 500)}${11 + ((number * 7) % 88)}${1_013 + ((number * 389) % 8_900)}`;

/** 555-0100 to 555-0199 are reserved for fiction in every area code. Every third number is written without dashes. */
function phoneOf(number: number): string {
  const digits = `${pick(cities, number).area}-555-01${String((number * 37) % 100).padStart(2, '0')}`;
  return number % 3 === 1 ? digits.replaceAll('-', '') : digits;
}

/** Adults, none older than ninety. */
const dobOf = (number: number): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${1938 + ((number * 23) % 64)}-${two(1 + ((number * 5) % 12))}-${two(1 + ((number * 11) % 28))}`;
};

/** A name as people spell it in an address: `Nguyễn` as `nguyen`, `O’Brien` as `obrien`. */
const latinLetters = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replaceAll(/[^a-z]/g, '');

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('A list of the demo is empty.');
  return item;
}
