import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { addressFields, createCustomerBody } from '../../../contract/customers/schema.ts';
import { maxAddresses } from '../../../domain/customers/address.ts';
import { OperatorError } from '../../../domain/operator-error.ts';
import { asciiJson } from '../../../domain/text.ts';
import type { ImportSource, Line } from './source.ts';
import { longest } from './source.ts';

/**
 * A table of customers (RFC 4180): a header row with the names of fields, then a row for each customer. A field inside
 * of another has a dotted name, `addresses.0.street`, as the errors of the API name it. An empty cell is a field that
 * is left out. Of an address with any value, empty cells are empty texts, as a `street2` may be.
 */

/** The rows as the lines of an import: each is the JSON that it means. */
export async function* rowsOf({ name, read }: ImportSource): AsyncGenerator<readonly Line[]> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    record_delimiter: '\n',
    skip_empty_lines: true,
    max_record_size: longest,
  });
  pipeline(decoded(name, read()), parser, () => undefined);
  let columns: readonly Column[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      if (!columns) {
        columns = columnsOf(name, record);
        continue;
      }
      yield [lineOf(columns, record, info.lines)];
    }
  } catch (error) {
    throw malformed(name, error);
  }
}

interface Row {
  readonly record: readonly string[];
  /** The number of the line at which the row ends. */
  readonly info: { readonly lines: number };
}

/** The text with one kind of line ends, so that the parser counts lines as an editor does. */
async function* decoded(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    let kept = '';
    for await (const chunk of content) {
      const text = kept + decoder.decode(chunk, { stream: true });
      kept = text.endsWith('\r') ? '\r' : '';
      yield text.slice(0, text.length - kept.length).replaceAll('\r\n', '\n');
    }
    yield kept + decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? new OperatorError(`${name} is not in UTF-8.`) : error;
  }
}

function malformed(name: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const place = 'lines' in error ? ` near line ${error['lines']}` : '';
  return new OperatorError(
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `${name} has a row${place} that is longer than 64 KiB. A quote may not be closed.`
      : `${name} is no table of comma-separated values${place}: a quote stands inside of a cell, or is not closed (RFC 4180).`,
  );
}

/** The path of a field: its names and, for an address, its place. */
type Column = readonly (string | number)[];

const { addresses: _addresses, identification, ...single } = createCustomerBody.properties;
const ofIdentification = Object.keys(identification.properties);
const ofAddress = Object.keys(addressFields);

/** @throws OperatorError with the place of every column that is unknown or there twice. It may hold a value. */
function columnsOf(name: string, header: readonly string[]): readonly Column[] {
  const columns = header.map((cell) => columnOf(cell.trim()));
  if (!columns.some((column) => column))
    throw new OperatorError(`${name} has no field of a customer in its first row. ${wantedHeader}`);
  const unknown = placesOf(columns, (column) => column === undefined);
  if (unknown.length > 0)
    throw new OperatorError(
      `${name} has columns that are no fields of a customer: ${unknown.join(', ')}. ${wantedHeader}`,
    );
  const paths = columns.map((column) => column?.join('.'));
  const twice = placesOf(paths, (path, at) => paths.indexOf(path) !== at);
  if (twice.length > 0)
    throw new OperatorError(`${name} has columns that were there before: ${twice.join(', ')}.`);
  return columns as readonly Column[];
}

const wantedHeader =
  'It has to name the fields, separated by commas, such as first_name, ssn and addresses.0.street (docs/importing.md).';

/** From 1, as a spreadsheet counts them. */
const placesOf = <Item>(
  items: readonly Item[],
  isOne: (item: Item, at: number) => boolean,
): readonly string[] => items.flatMap((item, at) => (isOne(item, at) ? [`column ${at + 1}`] : []));

function columnOf(name: string): Column | undefined {
  if (Object.hasOwn(single, name)) return [name];
  const [group, ...path] = name.split('.');
  if (group === 'identification' && path.length === 1 && ofIdentification.includes(String(path[0])))
    return [group, String(path[0])];
  const [place = '', field = '', ...more] = path;
  const isAddress = group === 'addresses' && /^(?:0|[1-9][0-9]?)$/.test(place) && more.length === 0;
  return isAddress && Number(place) < maxAddresses && ofAddress.includes(field)
    ? [group, Number(place), field]
    : undefined;
}

function lineOf(columns: readonly Column[], record: readonly string[], number: number): Line {
  const whole = (problem: string): Line => ({ number, bytes: undefined, problem });
  if (record.length !== columns.length)
    return whole(`Has ${record.length} cells, and the header has ${columns.length}.`);
  const cells = new Map(columns.map((column, at) => [column.join('.'), record[at] ?? '']));
  const addresses = places(columns).map((place) => addressIn(cells, place));
  const filled = addresses.filter((address) => address !== undefined);
  // The problems of a gap would name the wrong columns.
  if (addresses.slice(0, filled.length).includes(undefined))
    return whole('Has an address behind one that is empty. Fill addresses.0 first.');
  const identified = textsIn(cells, ofIdentification, 'identification.');
  return {
    number,
    // In the order of the schema, so that a table with other columns first is the same.
    bytes: Buffer.from(
      asciiJson({
        ...textsIn(cells, Object.keys(single), ''),
        ...(Object.keys(identified).length > 0 && { identification: identified }),
        addresses: filled,
      }),
    ),
  };
}

type Cells = ReadonlyMap<string, string>;

/** The places of the addresses in a header, from the first to the last one. */
const places = (columns: readonly Column[]): readonly number[] => {
  const last = Math.max(-1, ...columns.map(([, place]) => (typeof place === 'number' ? place : -1)));
  return Array.from({ length: last + 1 }, (_, at) => at);
};

/** The fields with a value. */
const textsIn = (cells: Cells, fields: readonly string[], prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const cell = cells.get(`${prefix}${field}`) ?? '';
      return cell === '' ? [] : [[field, cell]];
    }),
  );

/** Of an address with any value, empty cells are empty texts. */
function addressIn(cells: Cells, place: number): object | undefined {
  const given = ofAddress.flatMap((field): [string, string][] => {
    const cell = cells.get(`addresses.${place}.${field}`);
    return cell === undefined ? [] : [[field, cell]];
  });
  if (given.every(([, cell]) => cell === '')) return undefined;
  return Object.fromEntries(
    given.map(([field, cell]) => [field, field === 'is_primary' ? truthOf(cell) : cell]),
  );
}

/** `true` and `false` as programs write them. Anything else is left for the check to name. */
function truthOf(cell: string): unknown {
  const word = cell.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  return cell === '' ? undefined : cell;
}
