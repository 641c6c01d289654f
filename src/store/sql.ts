import type { Connection, Database, Row, Statement, Value } from './connection/database.ts';
import { statement } from './connection/database.ts';

/** The value of a named parameter; `undefined` is SQL's null. */
export type Parameter = Value | undefined;
export type Parameters = Readonly<Record<string, Parameter>>;

/** A prepared statement whose parameters have names. */
export interface Query {
  readonly statement: Statement;
  /** The names in the order of their numbers: the first is `$1`. */
  readonly names: readonly string[];
  /** The values of the parameters in the order of their names. */
  values(given: Parameters): readonly Value[];
  run(db: Connection, given: Parameters): Promise<readonly Row[]>;
  read(db: Pick<Database, 'read'>, given: Parameters): Promise<readonly Row[]>;
}

/** A named parameter, or a token in which a colon marks no parameter: a string, a quoted name, a cast. */
const token = /'(?:[^']|'')*'|"[^"]*"|::|:([a-z]\w*(?:\.\w+)?)/gi;

/**
 * A statement with named parameters such as `:brandId`, prepared under `name`. The text of a name must never vary,
 * because a connection prepares it once. A missing or unknown value is a bug, and throws.
 */
export function sql(name: string, text: string): Query {
  const numbers = new Map<string, number>();
  const numbered = text.replace(token, (found, parameter: string | undefined) => {
    if (parameter === undefined) return found;
    if (!numbers.has(parameter)) numbers.set(parameter, numbers.size + 1);
    return `$${numbers.get(parameter)}`;
  });
  if (/\$\d/.test(text)) throw new Error(`The statement ${name} numbers a parameter; give it a name.`);
  if (/--|\/\*|\$\$|\bE'/.test(text))
    throw new Error(`The statement ${name} has a comment or an odd string; leave it out.`);
  const query = statement(name, numbered);
  const names = [...numbers.keys()];
  const values = (given: Parameters): readonly Value[] => {
    if (Object.keys(given).length !== names.length) throw wrongParameters(name, names, given);
    return names.map((one) => {
      if (!Object.hasOwn(given, one)) throw wrongParameters(name, names, given);
      return given[one] ?? null;
    });
  };
  return {
    statement: query,
    names,
    values,
    run: (db, given) => db.run(query, values(given)),
    read: (db, given) => db.read(query, values(given)),
  };
}

/** Lists the names that do not match, never a value. */
function wrongParameters(name: string, names: readonly string[], given: Parameters): Error {
  const missing = names.filter((one) => !Object.hasOwn(given, one));
  const unknown = Object.keys(given).filter((one) => !names.includes(one));
  return new Error(
    `The statement ${name} lacks [${missing.join(', ')}] and does not know [${unknown.join(', ')}].`,
  );
}

/** The text with its own parameters under a prefix, so that one statement can hold several texts. */
export const withPrefix = (text: string, prefix: string, own: Parameters): string =>
  text.replace(token, (found, parameter: string | undefined) =>
    parameter !== undefined && Object.hasOwn(own, parameter) ? `:${prefix}.${parameter}` : found,
  );

/** The text with columns instead of its parameters, except those that are shared: for a statement over many rows. */
export const withColumns = (text: string, shared: ReadonlySet<string>): string =>
  text.replace(token, (found, parameter: string | undefined) =>
    parameter === undefined || shared.has(parameter) ? found : columnOf(parameter),
  );

/** The column of a parameter. No table has a column with such a name. */
const columnOf = (parameter: string): string => `"p.${parameter}"`;

/**
 * A relation of the given names with a row for each change, numbered from 1 (`n`). It is read from the parameters of
 * `rowsColumns`. Every value is text; the statement casts it.
 */
export const rowsRelation = (names: readonly string[]): string =>
  `unnest(${names.map((_name, at) => `:column${at}::text[]`).join(', ')}) with ordinality as given (${names.map(columnOf).join(', ')}, n)`;

/** The parameters of `rowsRelation`: an array for each column, in the order of the names. */
export const rowsColumns = (columns: readonly (readonly Parameter[])[]): Parameters =>
  Object.fromEntries(columns.map((values, at) => [`column${at}`, textArray(values.map(asText))]));

function asText(value: Parameter): string | null {
  if (value === undefined || value === null) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map((one) => `"${one.replace(/["\\]/g, '\\$&')}"`).join()}}`;
  return String(value);
}

const textType = 25;

/**
 * `text[]` in PostgreSQL's binary form (`array_recv`): the number of dimensions, whether a value is null, the type, the
 * length, the first index; then each value after its length. As JSON or as text, the parsing of a group's rows takes
 * PostgreSQL longer than their indexes.
 */
function textArray(values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)));
  const array = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), 20));
  let at = 0;
  for (const part of [1, lengths.includes(-1) ? 1 : 0, textType, values.length, 1])
    at = array.writeInt32BE(part, at);
  for (const [index, value] of values.entries()) {
    at = array.writeInt32BE(lengths[index] ?? -1, at);
    if (value !== null) at += array.write(value, at);
  }
  return array;
}

/** The parameters under the same prefix. */
export const prefixed = (prefix: string, own: Parameters): Parameters =>
  Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}.${name}`, value]));
