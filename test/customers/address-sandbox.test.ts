import { describe, expect, test } from 'vitest';
import type { AddressFields } from '../../src/domain/customers/address.ts';
import { deliverabilities } from '../../src/domain/customers/address.ts';
import type { AddressVerifier } from '../../src/providers/address.ts';
import { unknown, verdict } from '../../src/providers/address.ts';
import { openOfflineVerifier } from '../../src/providers/address-offline.ts';
import { magicStreets, openSandboxVerifier } from '../../src/providers/address-sandbox.ts';
import { address, mailing } from '../people.ts';

const verifier = openSandboxVerifier(openOfflineVerifier());
const judge = (more: Partial<AddressFields>) => verifier.verifyNow({ ...address, ...more });

describe('the sandbox verifier', () => {
  test("gives every address of the seed's samples the verdict that its sample shows", () => {
    expect(judge({})).toEqual(verdict('deliverable'));
    expect(judge({ street2: '' })).toEqual(verdict('deliverable_missing_unit'));
    expect(judge(mailing)).toEqual(verdict('undeliverable'));
  });

  test('knows the one building in every spelling of its street, and no other', () => {
    for (const street of [
      '345 california st',
      '345 CALIFORNIA STREET',
      '345 California St',
      ' 345  California St.',
    ]) {
      expect(judge({ street, street2: '' })).toEqual(verdict('deliverable_missing_unit'));
      expect(judge({ street, street2: ' ' })).toEqual(verdict('deliverable_missing_unit'));
      expect(judge({ street, street2: '#600' })).toEqual(verdict('deliverable'));
    }
    expect(judge({ street: '345 California St. Suite 600', street2: '' })).toEqual(verdict('deliverable'));
    expect(judge({ street: '346 California St.', street2: '' })).toEqual(verdict('deliverable'));
    expect(judge({ street: '345 California Ave.', street2: '' })).toEqual(verdict('deliverable'));
    expect(judge({ street2: '', zip_code: '94105' })).toEqual(verdict('deliverable'));
    expect(judge({ street2: '', city: 'Reno' })).toEqual(verdict('undeliverable'));
  });

  test('brings out all five verdicts by magic streets, in any place of the United States', async () => {
    const seen = new Set<string>();
    for (const [street, deliverability] of magicStreets) {
      for (const place of [{}, { zip_code: '11111', city: 'Nowhere', state: 'WY' }]) {
        for (const spelling of [street, street.toUpperCase(), ` ${street} `]) {
          expect(judge({ ...place, street: spelling })).toEqual(verdict(deliverability));
        }
      }
      seen.add(deliverability);
      expect(await verifier.verify({ ...address, street })).toEqual(verdict(deliverability));
      expect(judge({ street, country: 'MX' })).toEqual(unknown('not_us'));
      expect(openOfflineVerifier().verifyNow({ ...address, street })).toEqual(unknown('no_verdict'));
    }
    expect(seen).toEqual(new Set(deliverabilities));
  });

  test('leaves to the verifier beneath it whatever it has no word of its own on', async () => {
    const slow: AddressVerifier = {
      verifyNow: () => ({ kind: 'needs_call' }),
      verify: async () => unknown('rate_limited', 5),
    };
    const staged = openSandboxVerifier(slow);
    expect(staged.verifyNow(address)).toEqual({ kind: 'needs_call' });
    expect(await staged.verify({ ...address, street2: '' })).toEqual(unknown('rate_limited', 5));
    expect(staged.verifyNow({ ...address, street: 'missing unit' })).toEqual(
      verdict('deliverable_missing_unit'),
    );
  });
});
