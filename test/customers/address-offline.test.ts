import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildZipTable } from '../../scripts/build-zip-data.ts';
import type { AddressFields } from '../../src/domain/customers/address.ts';
import { unknown, verdict } from '../../src/providers/address.ts';
import { openOfflineVerifier } from '../../src/providers/address-offline.ts';
import { readZipTable, zipTable } from '../../src/providers/address-zips.ts';
import { address, mailing } from '../people.ts';

const verifier = openOfflineVerifier();

function judge(more: Partial<AddressFields>) {
  const found = verifier.verifyNow({ ...address, ...more });
  return found.kind === 'verdict' ? found.deliverability : found;
}

/** `city, state zip`, as people write the last line of an address. */
function judgePlace(line: string) {
  const [, city = '', state = '', zip_code = ''] = /^(.*), ([A-Z]{2}) ([0-9-]+)$/.exec(line) ?? [];
  return judge({ city, state, zip_code });
}

describe('the offline verifier', () => {
  test("returns the verdicts of the document for the document's addresses", async () => {
    expect(judge({})).toBe('deliverable');
    expect(judge(mailing)).toBe('undeliverable');
    expect(judge({ street: '345 California Ave.', zip_code: '12345-1234' })).toBe('undeliverable');
    expect(await verifier.verify({ ...address, ...mailing })).toEqual(verdict('undeliverable'));
  });

  test('returns undeliverable for ZIP code, city and state that contradict each other', () => {
    const impossible = `
      Springfield, IL 00000 | New York, NY 99999 | San Francisco, NY 94104 | San Francisco, CA 10001
      Schenectady, CA 12345 | Sacramento, CA 94104 | San Diego, CA 94104 | Reno, CA 94104
      Washington, VA 20500 | Portland, OR 04101 | Honolulu, HI 96910 | Ponce, PR 00801`;
    for (const line of impossible.split(/[|\n]/).map((part) => part.trim())) {
      if (line !== '') expect([line, judgePlace(line)]).toEqual([line, 'undeliverable']);
    }
  });

  test('recognises a city in many spellings', () => {
    const spellings = `
      San Francisco, CA 94104 | SAN FRANCISCO, CA 94104-2657 | san  francisco, CA 94104
      St. Louis, MO 63101 | Saint Louis, MO 63101 | ST LOUIS, MO 63101 | Port Saint Lucie, FL 34952
      Ft. Worth, TX 76102 | Fort Worth, TX 76102 | Mt. Vernon, NY 10550 | Mount Vernon, NY 10550
      N. Hollywood, CA 91601 | North Hollywood, CA 91601 | So. San Francisco, CA 94080
      Winston-Salem, NC 27101 | Winston Salem, NC 27101 | Coeur d’Alene, ID 83814 | Coeur D Alene, ID 83814
      O'Fallon, MO 63366 | O Fallon, MO 63366 | McLean, VA 22102 | Mc Lean, VA 22102
      Colorado Spgs., CO 80903 | Virginia Bch, VA 23451 | Cranberry Twp., PA 16066 | Bayamón, PR 00961
      Mayagüez, PR 00680 | Mayagu\u0308ez, PR 00680 | Hagåtña, GU 96910 | Sta. Isabel, PR 00757
      Washington DC, DC 20500 | Queens, NY 11375 | Hollywood, CA 90028 | Washington, D.C., DC 20500 | New York City, NY 10001 | Ste. Genevieve, MO 63670`;
    for (const line of spellings.split(/[|\n]/).map((part) => part.trim())) {
      if (line !== '') expect([line, judgePlace(line)]).toEqual([line, 'deliverable']);
    }
  });

  const each = (list: string) =>
    list
      .split(/[|\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== '');

  test('treats an unknown name for a ZIP code as no contradiction', () => {
    const suburbs = `Moore, OK 73160 | Warr Acres, OK 73122 | Jeffersontown, KY 40299 | Plantation, KY 40242
      Brooklyn Park, MD 21225 | Mountain Village, CO 81435 | Pueblo West, CO 81007 | Brisbane, CA 94014`;
    const neighbourhoods = `Harlem, NY 10027 | Gotham, NY 10001 | SoMa, CA 94103 | Georgetown, DC 20007
      Capitol Hill, WA 98102 | Back Bay, MA 02116 | Wicker Park, IL 60622`;
    const otherNames = `Nashville, TN 37076 | Montgomery, AL 36117 | Town of Rockingham, VT 05101
      Colo. Spgs, CO 80903 | Windham, VT 05359 | Middleborough, MA 02346 | Aquinnah, MA 02535`;
    for (const line of each(`${suburbs}|${neighbourhoods}|${otherNames}`))
      expect([line, judgePlace(line)]).toEqual([line, 'deliverable']);
  });

  test('returns undeliverable for a city that is only far from the ZIP code', () => {
    const sameState = `Sacramento, CA 94104 | Los Angeles, CA 94104 | Buffalo, NY 10001 | El Paso, TX 75201
      Miami, FL 32301 | Pittsburgh, PA 19103 | Spokane, WA 98101`;
    const largeCityOfAnotherState = `Reno, CA 94104 | Chicago, CA 94104 | Phoenix, TX 77002 | Seattle, FL 33101`;
    for (const line of each(`${sameState}|${largeCityOfAnotherState}`))
      expect([line, judgePlace(line)]).toEqual([line, 'undeliverable']);
  });

  test('needs a position for a contradiction, and accepts a near city across a state line', () => {
    const table = readZipTable(
      'from a test\n10001 NY newyork 407 -740\n14201 NY buffalo 429 -789\n14202 NY lost \n07302 NJ jerseycity 407 -740\n',
    );
    const small = openOfflineVerifier(() => table);
    const at = (city: string) => small.verifyNow({ ...address, city, state: 'NY', zip_code: '10001' });
    expect(at('Buffalo')).toEqual(verdict('undeliverable'));
    expect(at('Jersey City')).toEqual(verdict('deliverable'));
    expect(at('Lost')).toEqual(verdict('deliverable'));
    expect(at('Nowhere')).toEqual(verdict('deliverable'));
  });

  test('reads house numbers in words', () => {
    const words = `Eleven Madison Ave | Twelve Oaks Mall | Thirteen Main St | Nineteen Elm St | Twenty Exchange Pl
      Twenty-One Main St | Forty Two Elm St | FIFTY Fremont St | Ninety-Nine Hudson St | Hundred Main St
      One Hundred Main St | A Hundred Main St | Two Thousand Main St | Eleven Fifth Ave | One 42nd St`;
    for (const street of each(words)) expect([street, judge({ street })]).toEqual([street, 'deliverable']);
    for (const street of ['Fifth Ave', 'Tenth St', 'Tenant Rd', 'Nineteenth Ave', 'Onega St'])
      expect([street, judge({ street, street2: '' })]).toEqual([street, unknown('no_verdict')]);
  });

  test('accepts the armed forces, the territories and the freely associated states', () => {
    const abroad = { street: 'PSC 802 Box 74', street2: '', city: 'APO', state: 'AE', zip_code: '09499' };
    expect(judge(abroad)).toBe('deliverable');
    expect(judge({ ...abroad, city: 'DPO' })).toBe('deliverable');
    expect(judge({ ...abroad, city: 'F.P.O.', state: 'AP', zip_code: '96349' })).toBe('deliverable');
    expect(judge({ ...abroad, street: 'USS Nimitz', city: 'FPO', state: 'AP', zip_code: '96620' })).toBe(
      'deliverable',
    );
    expect(judge({ ...abroad, state: 'AA', zip_code: '34001' })).toBe('deliverable');
    expect(judge({ ...abroad, city: 'Berlin' })).toBe('undeliverable');
    expect(judge({ ...abroad, state: 'AP' })).toBe('undeliverable');
    expect(judge({ ...abroad, city: 'San Francisco', state: 'CA', zip_code: '09499' })).toBe('undeliverable');
    const territories = `
      San Juan, PR 00901 | Charlotte Amalie, VI 00802 | Pago Pago, AS 96799 | Saipan, MP 96950
      Koror, PW 96940 | Pohnpei, FM 96941 | Majuro, MH 96960`;
    for (const line of territories.split(/[|\n]/).map((part) => part.trim())) {
      if (line !== '') expect([line, judgePlace(line)]).toEqual([line, 'deliverable']);
    }
  });

  test('has no verdict on street lines without a number or a name, unless the place is contradicted', () => {
    const fine = `345 California St. | PO Box 12 | P.O. Box 12 | RR 2 Box 152 | HC 68 Box 23A | General Delivery
      One Market Plz | N6W23001 Bluemound Rd. | 12 Calle Sol | 39.2 Rd 7`;
    for (const street of fine.split(/[|\n]/).map((part) => part.trim())) {
      for (const street2 of ['', 'Suite 600', 'Apt. 999999', 'c-o Moneypenny']) {
        expect([street, judge({ street, street2 })]).toEqual([street, 'deliverable']);
      }
    }
    expect(judge({ street: 'Acme Tower', street2: '345 California St.' })).toBe('deliverable');
    for (const street of ['California St.', 'somewhere', '345', '- - -', 'Acme Tower']) {
      for (const street2 of ['', 'Apt. 5', '#5', 'Fl. 2']) {
        expect([street, judge({ street, street2 })]).toEqual([street, unknown('no_verdict')]);
        expect(judge({ street, street2, zip_code: '12345' })).toBe('undeliverable');
      }
    }
  });

  test('has no verdict on an address outside the United States', async () => {
    const abroad = { ...address, country: 'CA', state: 'ON', city: 'Toronto', zip_code: 'M5J 0B8' };
    expect(verifier.verifyNow(abroad)).toEqual(unknown('not_us'));
    expect(await verifier.verify({ ...abroad, country: 'DE', zip_code: '94104' })).toEqual(unknown('not_us'));
  });
});

describe('the table of ZIP codes', () => {
  const file = new URL('../../src/providers/zip-codes.gz', import.meta.url);

  test('equals the output of the script and names its sources and their dates', () => {
    const text = gunzipSync(readFileSync(file)).toString('latin1');
    // The text and not the bytes: compressors differ from one release of Node to the next.
    expect(text === buildZipTable()).toBe(true);
    expect(zipTable().origin).toMatch(/zipcodes \d.* of \d{4}-\d\d-\d\d .*GeoNames of \d{4}-\d\d-\d\d/);
    const notice = readFileSync(new URL('../../NOTICE', import.meta.url), 'utf8');
    for (const name of ['zipcodes', 'GeoNames', 'CC BY 4.0']) expect(notice).toContain(name);
  });

  test('contains every ZIP code of its sources, each in one state, and finds the first and the last', () => {
    const text = gunzipSync(readFileSync(file)).toString('latin1');
    const lines = text.trimEnd().split('\n').slice(1);
    expect(
      lines.filter((line) => !/^\d{5} [A-Z]{2} [a-z0-9]+ (?:\d+ -?\d+|-\d+ -?\d+)?$/.test(line)),
    ).toEqual([]);
    const rows = [...new Set(lines.map((line) => line.slice(0, 5)))].flatMap((zip) => zipTable().at(zip));
    expect(rows.map(({ zip, state, city }) => `${zip} ${state} ${city}`)).toEqual(
      lines.map((line) => line.split(' ').slice(0, 3).join(' ')),
    );
    expect(rows.filter(({ position }) => position === undefined).length).toBeLessThan(1_000);
    expect(zipTable().named('moore').length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ zip }) => zip)).size).toBeGreaterThan(42_000);
    expect(new Set(rows.map(({ zip }) => zip)).size).toBe(
      new Set(rows.map(({ zip, state }) => `${zip} ${state}`)).size,
    );
    const apart = rows.filter(({ zip, state, city }) => !zipTable().hasNeighbour(zip, state, city));
    expect(apart).toEqual([]);
    expect(zipTable().hasNeighbour('94105', 'CA', 'sanfrancisco')).toBe(true);
    for (const [state, city] of [
      ['CA', 'francisco'],
      ['CA', 'sanfran'],
      ['NY', 'sanfrancisco'],
      ['CA', 'losangeles'],
    ] as const)
      expect([city, zipTable().hasNeighbour('94105', state, city)]).toEqual([city, false]);
    for (const none of ['000', '00000', '9410', '94100', ''])
      expect([none, zipTable().at(none)]).toEqual([none, []]);
    expect(zipTable().hasNeighbour('', 'CA', 'sanfrancisco')).toBe(false);
  });
});
