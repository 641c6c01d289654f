import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * Which cities a ZIP code belongs to, from open data. `scripts/build-zip-data.ts` makes the file beside this one.
 * Its licences are in NOTICE.
 */
export interface ZipTable {
  /** The first line of the file: its sources and their dates. */
  readonly origin: string;
  /** The rows of a ZIP code. */
  at(zip: string): readonly ZipRow[];
  /** Whether a ZIP code with the same first three digits, which belong to one sorting centre, is in this city. */
  hasNeighbour(zip: string, state: string, city: string): boolean;
  /** All ZIP codes of the cities with this name, in every state. */
  named(city: string): readonly ZipRow[];
}

export interface ZipRow {
  /** Five digits. A code with several names has several rows. */
  readonly zip: string;
  readonly state: string;
  /** In the form of `cityKey`. */
  readonly city: string;
  /** The position in tenths of a degree. `undefined`: not in the data. */
  readonly position: { readonly latitude: number; readonly longitude: number } | undefined;
}

/** The table's file. In the bundle it is copied beside the code, so one path leads to both. */
const zipFile = fileURLToPath(new URL('./zip-codes.gz', import.meta.url));

let loaded: ZipTable | undefined;

/** The table of the installation, read at first use and kept. It has about 1 MB and takes a few milliseconds. */
export function zipTable(): ZipTable {
  loaded ??= readZipTable(gunzipSync(readFileSync(zipFile)).toString('latin1'));
  return loaded;
}

/**
 * Reads the text of a table: a line with its origin, then sorted lines such as `94104 CA sanfrancisco 378 -1224`.
 * It stays text, with an index of where each prefix begins. That takes an eighth of the memory of objects, and a
 * neighbourhood has at most about two hundred lines, which are searched as text.
 */
export function readZipTable(text: string): ZipTable {
  const starts = new Map<string, number>();
  let prefix = '';
  let at = text.indexOf('\n') + 1;
  const origin = text.slice(0, at - 1);
  while (at < text.length) {
    const here = text.slice(at, at + 3);
    if (here !== prefix) {
      starts.set(here, at);
      prefix = here;
    }
    at = text.indexOf('\n', at) + 1;
  }
  const ends = new Map(
    [...starts.keys()].map((key, index, keys) => [key, starts.get(keys[index + 1] ?? '')]),
  );
  /** The lines of a neighbourhood, with the line break before the first one. */
  const linesAround = (zip: string): string => {
    const start = starts.get(zip.slice(0, 3));
    return start === undefined ? '' : text.slice(start - 1, ends.get(zip.slice(0, 3)));
  };
  return {
    origin,
    at(zip) {
      const lines = linesAround(zip);
      const rows: ZipRow[] = [];
      for (let found = lines.indexOf(`\n${zip} `); found >= 0; found = lines.indexOf(`\n${zip} `, found + 1))
        rows.push(readRow(lines.slice(found + 1, lines.indexOf('\n', found + 1))));
      return rows;
    },
    hasNeighbour: (zip, state, city) => linesAround(zip).includes(` ${state} ${city} `),
    named(city) {
      const rows: ZipRow[] = [];
      const name = ` ${city} `;
      for (let found = text.indexOf(name); found >= 0; found = text.indexOf(name, found + 1)) {
        const start = text.lastIndexOf('\n', found) + 1;
        const end = text.indexOf('\n', found);
        if (start > 0) rows.push(readRow(text.slice(start, end)));
      }
      return rows;
    },
  };
}

function readRow(line: string): ZipRow {
  const [zip = '', state = '', city = '', latitude = '', longitude = ''] = line.split(' ');
  const position =
    longitude === '' ? undefined : { latitude: Number(latitude), longitude: Number(longitude) };
  return { zip, state, city, position };
}
