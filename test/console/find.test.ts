import { describe, expect, test } from 'vitest';
import { soughtIn } from '../../console/src/customers/find.ts';

// Which value a person has typed into the search of the console. Only whole values are found.

const id = '8559DEC0-2EDB-4C3C-A3C5-32DE10174C34';

describe('the search of the console', () => {
  test.for<readonly [string, object]>([
    ['james.bond@example.com', { email: 'james.bond@example.com' }],
    ['Bond 1997-12-25', { last_name: 'Bond', dob: '1997-12-25' }],
    ['123-45-6789', { ssn: '123-45-6789' }],
    ['123456789', { ssn: '123456789' }],
    ['+49 30 1234567', { phone: '301234567', phone_country_code: '49' }],
    ['650-123-4567', { phone: '6501234567' }],
    ['A012345678', { identification: { kind: 'alien_number', country: 'US', number: 'A012345678' } }],
    ['passport de C01X00T47', { identification: { kind: 'passport', country: 'DE', number: 'C01X00T47' } }],
    ['government id FR 12 AB', { identification: { kind: 'government_id', country: 'FR', number: '12 AB' } }],
  ])('finds by %s', ([typed, body]) => {
    expect(soughtIn(` ${typed} `)).toMatchObject({ kind: 'exact', body });
  });

  test('finds an id in any case', () => {
    expect(soughtIn(id)).toEqual({ kind: 'id', id: id.toLowerCase() });
  });

  test.for(['Bond', 'james', 'Bond 1997', 'passport C01X00T47', '12345', 'A1234'])(
    'does not look for a part of a value: %s',
    (typed) => {
      expect(soughtIn(typed)).toEqual({ kind: 'part' });
    },
  );
});
