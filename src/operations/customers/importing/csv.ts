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
export async function* rowsOf({ name, read }: ImportSource): AsyncGenerator<Line> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
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
      yield lineOf(columns, record, info.lines);
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

async function* decoded(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of content) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
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

/** @throws OperatorError with every name that is unknown or there twice. */
function columnsOf(name: string, header: readonly string[]): readonly Column[] {
  const names = header.map((cell) => cell.trim());
  const unknown = names.filter((cell) => columnOf(cell) === undefined);
  const twice = names.filter((cell, at) => names.indexOf(cell) !== at);
  if (unknown.length > 0)
    throw new OperatorError(
      `${name} has columns that are no fields: ${unknown.map((cell) => JSON.stringify(cell.slice(0, 60))).join(', ')}. The first row has the names of fields, separated by commas, such as first_name, ssn and addresses.0.street (docs/importing.md).`,
    );
  if (twice.length > 0) throw new OperatorError(`${name} has columns twice: ${twice.join(', ')}.`);
  return names.map((cell) => columnOf(cell) as Column);
}

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
  if (record.length !== columns.length)
    return {
      number,
      bytes: undefined,
      problem: `Has ${record.length} cells, and the header has ${columns.length}.`,
    };
  const body: Record<string, unknown> = {};
  const identified: Record<string, string> = {};
  const addresses = new Map<number, Record<string, unknown>>();
  for (const [at, [group = '', place, field]] of columns.entries()) {
    const cell = record[at] ?? '';
    if (typeof place === 'number') {
      const address = addresses.get(place) ?? {};
      addresses.set(place, address);
      address[String(field)] = field === 'is_primary' ? truthOf(cell) : cell;
    } else if (cell !== '' && place !== undefined) identified[place] = cell;
    else if (cell !== '') body[group] = cell;
  }
  if (Object.keys(identified).length > 0) body['identification'] = identified;
  body['addresses'] = [...addresses]
    .sort(([one], [other]) => one - other)
    .map(([, address]) => address)
    .filter((address) => Object.values(address).some((cell) => cell !== '' && cell !== undefined));
  return { number, bytes: Buffer.from(asciiJson(body)) };
}

/** `true` and `false` as programs write them. Anything else is left for the check to name. */
function truthOf(cell: string): unknown {
  const word = cell.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  return cell === '' ? undefined : cell;
}
