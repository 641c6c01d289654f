import { describe, expect, test } from 'vitest';
import {
  applicantOf,
  changedSince,
  checkStart,
  completeForStart,
} from '../../src/domain/customers/applicant.ts';
import { checkChangeRequest, checkDecision, endsPass } from '../../src/domain/customers/change-request.ts';
import type { Profile } from '../../src/domain/customers/customer.ts';
import { indexForms, indexFormsOf, newestIndexForm } from '../../src/domain/customers/index-forms.ts';
import { budgetSeconds, budgets, lookupOf, lookupValues } from '../../src/domain/customers/lookups.ts';
import { checkSearch } from '../../src/domain/customers/search.ts';
import type { AddressId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/time.ts';
import { notATime } from '../../src/domain/time.ts';
import { address } from '../people.ts';

/** How customers are looked for, and how what is sent is compared with what is stored. */

const now = '2026-11-22T13:00:00.000000' as Instant;
const context = { now, sandbox: false };
const notSsn = 'Not a valid SSN: use nine digits, or ###-##-####.';
const notId = 'Not a valid UUID.';
const id = '2f1f0d0c-6f0e-4f64-9d5c-0d0a3a1f5b0e';

describe('two spellings of one value have one form', () => {
  test.each([
    ['123-45-6789', '123456789'],
    ['123456789', '123456789'],
  ])('of the SSN %s: %s', (ssn, form) => expect(indexForms.ssn(ssn)).toBe(form));

  test.each([
    ['James.Bond@Example.com', 'james.bond@example.com'],
    ['STRASSE@example.com', 'strasse@example.com'],
    ['straße@example.com', 'strasse@example.com'],
    ['STRAẞE@example.com', 'strasse@example.com'],
    ['İlke@example.com', 'ilke@example.com'],
    ['ılke@example.com', 'ilke@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['a@münchen.example', 'a@xn--mnchen-3ya.example'],
    ['a@XN--MNCHEN-3YA.example', 'a@xn--mnchen-3ya.example'],
    ['"a@b"@Example.com', '"a@b"@example.com'],
    ['a@EXAMPLE_1.com', 'a@example_1.com'],
    ['a@ex%61mple.com', 'a@ex%61mple.com'],
    ['a@ü[x', 'a@ü[x'],
  ])('of the email %s: %s', (email, form) => expect(indexForms.email(email)).toBe(form));

  test.each([
    [undefined, '650-123-4567', '1 6501234567'],
    ['1', '1-650-123-4567', '1 6501234567'],
    ['01', '16501234567', '1 6501234567'],
    ['001', '6501234567', '1 6501234567'],
    ['44', '1-650-123-4567', '44 16501234567'],
    ['1', '1650123456', '1 1650123456'],
    ['1', '165012345678', '1 165012345678'],
    ['1', '26501234567', '1 26501234567'],
    ['1', '216501234567', '1 216501234567'],
    ['0', '6501234567', '0 6501234567'],
    ['00', '6501234567', '0 6501234567'],
    ['100', '6501234567', '100 6501234567'],
  ])('of the phone %s %s: %s', (code, phone, form) => expect(indexForms.phone(code, phone)).toBe(form));

  test.each([
    ['O’Brien', "1997-12-25 o'brien"],
    ["  O'Brien ", "1997-12-25 o'brien"],
    ['van  den   Berg', '1997-12-25 van den berg'],
    ['Strauß', '1997-12-25 strauss'],
  ])('of the name %j: %s', (name, form) => expect(indexForms.nameAndDob(name, '1997-12-25')).toBe(form));

  test('under an older key of an index the older form, and under no key a form that never was', () => {
    const first = indexFormsOf(1);
    expect(first.email('Straße@Example.com')).toBe('straße@example.com');
    expect(first.email('jose\u0301@a.example')).toBe('jos\u00e9@a.example');
    expect(first.phone('01', '1-650-123-4567')).toBe('01 16501234567');
    expect(first.phone(undefined, '650')).toBe('1 650');
    expect(first.nameAndDob('O’Brien  X', '1997-12-25')).toBe("1997-12-25 o'brien  x");
    expect(first.nameAndDob('Jose\u0301', '1997-12-25')).toBe('1997-12-25 jos\u00e9');
    expect(first.ssn('123-45-6789')).toBe('123456789');
    expect(indexFormsOf(newestIndexForm)).toBe(indexForms);
    for (const number of [0, newestIndexForm + 1])
      expect(() => indexFormsOf(number)).toThrow(`There are no index forms ${number}.`);
  });
});

describe('a search', () => {
  test.each<[unknown, object]>([
    [{ ssn: '123-45-6789', email: 'a@example.com', phone: '6501234567', phone_country_code: '1' }, {}],
    [{ last_name: 'Bond', dob: '1997-12-25', brand_person_id: id, created_from: '2026-01-01' }, {}],
    [{ ssn: 'x' }, { ssn: [notSsn] }],
    [{ phone: 'x' }, { phone: ['Must be only numbers or dash-separated.'] }],
    [{ phone: '123456' }, { phone: ['Must have between 7 and 15 digits.'] }],
    [
      { phone: '6501234567', phone_country_code: 'x' },
      { phone_country_code: ['Must be between one and three digits.'] },
    ],
    [{ email: 'x' }, { email: ['Not a valid email address.'] }],
    [{ last_name: 'Bond', dob: '2026-11-23' }, { dob: ['Must not be in the future.'] }],
    [
      { created_from: 'x', created_before: 'y' },
      { created_from: [notATime], created_before: [notATime] },
    ],
    [{ brand_person_id: 'x' }, { brand_person_id: [notId] }],
    [{ last_name: 'Bond' }, { last_name: ['Goes together with dob.'] }],
    [{ dob: '1997-12-25' }, { dob: ['Goes together with last_name.'] }],
    [{ phone_country_code: '1' }, { phone_country_code: ['Goes together with phone.'] }],
    [{ ssn: 1, phone: null, email: {}, brand_person_id: 7, created_from: 7 }, {}],
    [null, {}],
    ['x', {}],
  ])('%j is told %j', (body, problems) => {
    expect(checkSearch(body, context).toObject()).toEqual(problems);
  });

  test.each<[Parameters<typeof lookupOf>[0], object | undefined]>([
    [{ ssn: '123-45-6789' }, { kind: 'ssn', asked: { ssn: '123456789' } }],
    [{ email: 'A@example.com' }, { kind: 'search', asked: { email: 'a@example.com' } }],
    [{ phone: '650-123-4567' }, { kind: 'search', asked: { phone: '1 6501234567' } }],
    [
      { phone: '12345678', phone_country_code: '44' },
      { kind: 'search', asked: { phone: '44 12345678' } },
    ],
    [
      { last_name: 'Bond', dob: '1997-12-25' },
      { kind: 'search', asked: { name_dob: '1997-12-25 bond' } },
    ],
    [
      { ssn: '123456789', email: 'a@example.com' },
      { kind: 'ssn', asked: { ssn: '123456789', email: 'a@example.com' } },
    ],
    [{ last_name: 'Bond' }, undefined],
    [{ dob: '1997-12-25' }, undefined],
    [{ brand_person_id: id, kyc_status: 'passed', deliverability: 'deliverable' }, undefined],
    [{}, undefined],
  ])('%j is paid for as %j', (search, lookup) => {
    expect(lookupOf(search)).toEqual(lookup);
    for (const name of Object.keys(lookupOf(search)?.asked ?? {})) expect(lookupValues).toContain(name);
  });

  test('is paid for from budgets of a day, each with its limits', () => {
    const limits = {
      ssnMisses: 1,
      ssnMissesOfBrand: 2,
      searchMisses: 3,
      searchMissesOfBrand: 4,
      sameLastFour: 5,
      reveals: 6,
    };
    const shown = Object.entries(budgets).map(
      ([kind, { code, event, isStrict, ofKey, ofBrand, announcedAt }]) => [
        kind,
        code,
        event,
        isStrict,
        ofKey(limits),
        ofBrand(limits),
        announcedAt(7),
      ],
    );
    expect(shown).toEqual([
      ['ssn', 'lookup_budget', 'security.ssn_probing', true, 1, 2, 7],
      ['search', 'lookup_budget', 'security.ssn_probing', false, 3, 4, 7],
      ['last_four', 'lookup_budget', 'security.ssn_probing', true, undefined, 5, 8],
      ['reveal', 'reveal_budget', 'security.bulk_reveal', true, 6, undefined, 4],
    ]);
    expect(budgetSeconds).toBe(86_400);
  });
});

const stored: Profile = {
  dob: '1997-12-25',
  first_name: 'James',
  middle_name: 'H',
  last_name: 'Bond',
  ssn: 'XXX-XX-6789',
  phone: '650-123-4567',
  phone_country_code: '1',
  email: 'james@example.com',
  addresses: [
    { ...address, address_id: id as AddressId, deliverability: 'deliverable', date_created: now },
    { ...address, address_id: id as AddressId, is_primary: false, street2: 'B', date_created: now },
  ],
};
const { ssn: _ssn, phone: _phone, phone_country_code: _code, email: _email, ...bare } = stored;

describe('the start of a verification', () => {
  const differs = ['Differs from the stored value: update the customer first.'];
  const missing = ['Missing: the customer has none yet, and a verification needs it.'];

  test.each<[object, object]>([
    [{}, {}],
    [
      { ssn: '123-45-6789', email: 'JAMES@example.com', phone: '1-650-123-4567', phone_country_code: '01' },
      {},
    ],
    [{ ssn: '123-45-6780' }, { ssn: differs }],
    [{ email: 'j@example.com' }, { email: differs }],
    [{ phone: '650-123-4568' }, { phone: differs }],
    [{ phone_country_code: '44' }, { phone_country_code: differs }],
  ])('of a complete customer with %j is told %j', (sent, problems) => {
    const start = completeForStart(sent, stored, '123456789');
    expect([start.problems.toObject(), start.completed]).toEqual([problems, {}]);
  });

  test('of a customer abroad may leave the country code out', () => {
    const abroad = { ...stored, phone_country_code: '44' };
    expect(completeForStart({ phone: '6501234567' }, abroad, '123456789').problems.any).toBe(false);
  });

  test('of a customer without them brings number, phone and email', () => {
    const all = {
      ssn: '123-45-6789',
      phone: '650-123-4567',
      phone_country_code: '44',
      email: 'j@example.com',
    };
    const { phone_country_code: _ours, ...usual } = all;
    for (const sent of [all, usual]) {
      const start = completeForStart(sent, bare, undefined);
      expect([start.problems.toObject(), start.completed]).toStrictEqual([{}, sent]);
    }
    const none = completeForStart({ phone_country_code: '44' }, bare, undefined);
    expect([none.problems.toObject(), none.completed]).toStrictEqual([
      { ssn: missing, email: missing, phone: missing },
      {},
    ]);
  });

  test.each<[unknown, object]>([
    [{ program_id: id, ssn: '123456789', phone: '6501234567', email: 'a@example.com', ip: '192.0.2.1' }, {}],
    [{ ip: '2001:db8::1' }, {}],
    [{ ip: 'fe80::1%eth0' }, { ip: ['Not a valid IPv4 or IPv6 address.'] }],
    [{ ip: 'x' }, { ip: ['Not a valid IPv4 or IPv6 address.'] }],
    [{ program_id: 'x' }, { program_id: [notId] }],
    [{ ssn: 'x' }, { ssn: [notSsn] }],
    [{ phone: 'x' }, { phone: ['Must be only numbers or dash-separated.'] }],
    [{ phone_country_code: 'x' }, { phone_country_code: ['Must be between one and three digits.'] }],
    [{ email: 'x' }, { email: ['Not a valid email address.'] }],
    [{ ssn: 7, ip: null }, {}],
    [null, {}],
    ['x', {}],
  ])('with the body %j is told %j', (body, problems) => {
    expect(checkStart(body, context).toObject()).toEqual(problems);
  });

  test('gives the provider every field, empty where there is none', () => {
    expect(applicantOf(bare, undefined)).toStrictEqual({
      ...bare,
      ssn: '',
      phone: '',
      phone_country_code: '',
      email: '',
      addresses: [address, { ...address, is_primary: false, street2: 'B' }],
    });
    expect(applicantOf(stored, '123456789', '192.0.2.1')).toMatchObject({
      ssn: '123456789',
      phone: '650-123-4567',
      phone_country_code: '1',
      email: 'james@example.com',
      ip: '192.0.2.1',
    });
  });

  test('knows later which locked fields have changed, the order of addresses aside', () => {
    const second = { ...address, street: '9 Elm St.' };
    const before = { ...applicantOf(stored, '123456789'), addresses: [address, second] };
    const since = (change: object) => changedSince(before, { ...before, ...change });
    const secondary = { ...address, is_primary: false };
    expect(since({ phone: '1', phone_country_code: '44', email: 'x', ip: 'y' })).toEqual([]);
    expect(since({ addresses: [second, secondary, address] })).toEqual([]);
    expect(since({ addresses: [{ ...address, street: 'Elm St.' }, second] })).toEqual(['addresses']);
    expect(since({ addresses: [address] })).toEqual(['addresses']);
    const changed = { dob: 'x', first_name: 'x', middle_name: 'x', last_name: 'x', ssn: 'x' };
    expect(since(changed)).toEqual(Object.keys(changed));
  });
});

describe('a proposal for a locked field', () => {
  const three = 'Must be between 3 and 500 characters.';
  test.each<[unknown, object]>([
    [{ changes: { last_name: 'Smith' }, reason: 'married' }, {}],
    [{ changes: { last_name: 'X' }, reason: 'ab' }, expect.objectContaining({ reason: [three] })],
    [
      { changes: { ssn: 'x', addresses: [] }, reason: 'x'.repeat(501) },
      { 'changes.ssn': [notSsn], reason: [three] },
    ],
    [{}, {}],
    [null, {}],
    ['x', {}],
  ])('%j is told %j', (body, problems) => {
    expect(checkChangeRequest(body, context).toObject()).toEqual(problems);
  });

  test.each<[unknown, object]>([
    [{ decision: 'approve', verified_elsewhere: 'in person', note: '' }, {}],
    [{ decision: 'approve', verified_elsewhere: 'ab' }, { verified_elsewhere: [three] }],
    [{ decision: 'decline', note: 'x'.repeat(501) }, { note: ['Must be at most 500 characters.'] }],
    [
      { decision: 'decline', verified_elsewhere: 'in person' },
      { verified_elsewhere: ['Only an approval takes it.'] },
    ],
    [{ decision: 'decline' }, {}],
    [null, {}],
    ['x', {}],
  ])('decided with %j is told %j', (body, problems) => {
    expect(checkDecision(body).toObject()).toEqual(problems);
  });

  test('ends the pass exactly where the number or the date of birth changes', () => {
    expect([endsPass(['ssn']), endsPass(['last_name', 'dob'])]).toEqual([true, true]);
    expect([endsPass([]), endsPass(['first_name', 'addresses', 'email'])]).toEqual([false, false]);
  });
});
