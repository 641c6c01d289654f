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
  test('returns the verdict of the document for each of its addresses', () => {
    expect(judge({})).toEqual(verdict('deliverable'));
    expect(judge({ street2: '' })).toEqual(verdict('deliverable_missing_unit'));
    expect(judge(mailing)).toEqual(verdict('undeliverable'));
  });

  test('recognises the one building with units in every spelling, and no other', () => {
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

  test('returns all five verdicts for test streets anywhere in the United States', async () => {
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

  test('passes every other address to the base verifier', async () => {
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
