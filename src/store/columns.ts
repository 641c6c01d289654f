import type { Instant } from '../domain/time.ts';
import { instantOfPostgres, UnreadableTime } from '../domain/time.ts';
import type { Row } from './connection/database.ts';

type Cell = Row[string] | undefined;

/** How one column is selected and read. */
export interface Column<Read> {
  /** The column's name, if it is not the snake case of the member's name. */
  readonly name?: string;
  /** The expression that is selected; the column itself by default. */
  readonly select?: (column: string) => string;
  readonly read: (cell: Cell) => Read;
}

/** The columns of a row: their list for a `select`, and the row as an object. */
export interface Columns<Read> {
  readonly list: string;
  read(row: Row): Read;
}

type Members<Spec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends Column<infer Read> ? Read : never;
};

/**
 * One declaration for the list of columns and the type and form of each. A member `settingsSeal` is the
 * column `settings_seal` unless it says otherwise. `table` is the alias before each name.
 */
export function columns<const Spec extends Readonly<Record<string, Column<unknown>>>>(
  spec: Spec,
  table?: string,
): Columns<Members<Spec>> {
  const members = Object.entries(spec).map(([member, { name, select, read }]) => {
    const column = name ?? member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const path = table === undefined ? column : `${table}.${column}`;
    return { member, column, read, selected: select ? `${select(path)} as ${column}` : path };
  });
  // Every object starts with all of its members, so that the engine knows its shape. This saves two thirds of the
  // time.
  const empty = Object.fromEntries(members.map(({ member }) => [member, undefined]));
  return {
    list: members.map(({ selected }) => selected).join(', '),
    read(row) {
      const found: Record<string, unknown> = { ...empty };
      for (const { member, column, read } of members) found[member] = read(row[column]);
      return found as Members<Spec>;
    },
  };
}

/** A value that is never null. A null here is a bug, or the schema was changed. */
function present(cell: Cell): string | number | boolean {
  if (cell === null || cell === undefined)
    throw new Error('A column that is never null is null or was not selected.');
  return cell;
}

export const text = <Text extends string = string>(): Column<Text> => ({
  read: (cell) => String(present(cell)) as Text,
});
/** An id, as PostgreSQL writes a UUID. */
export const id = <Kind extends string = string>(): Column<Kind> => text<Kind>();
export const number = (): Column<number> => ({ read: (cell) => Number(present(cell)) });
export const bigint = (): Column<bigint> => ({ read: (cell) => BigInt(present(cell)) });
export const flag = (): Column<boolean> => ({ read: (cell) => present(cell) === true });
export const instant = (): Column<Instant> => ({ read: (cell) => instantOfPostgres(String(present(cell))) });
/**
 * A time in a row whose proof is not checked yet. A time that the service never writes is read as PostgreSQL writes it.
 * The proof of its row then fails, and the rows beside it can be read.
 */
export const unprovenInstant = (): Column<Instant> => ({ read: (cell) => unproven(String(present(cell))) });

function unproven(written: string): Instant {
  try {
    return instantOfPostgres(written);
  } catch (error) {
    if (error instanceof UnreadableTime) return written as Instant;
    throw error;
  }
}
/** Bytes of a text that is read before its proof is checked. The service writes less than a tenth of it. */
const longestUnproven = 1_000_000;

/** A text, or an empty one in the place of one that is too long: reading hundreds of megabytes would end the process. */
export const boundedSql = (text: string): string =>
  `case when octet_length(${text}) > ${longestUnproven} then '' else ${text} end`;

/** A text in a row whose proof is not checked yet. One that is too long is read as empty, so that the proof fails. */
export const unprovenText = <Text extends string = string>(): Column<Text> => ({
  ...text<Text>(),
  select: boundedSql,
});

/** PostgreSQL writes bytes as `\x` and hexadecimal digits. */
export const bytes = (): Column<Buffer> => ({
  read: (cell) => Buffer.from(String(present(cell)).slice(2), 'hex'),
});
/** PostgreSQL's bytes as plain hexadecimal digits. */
export const hex = (): Column<string> => ({
  select: (column) => `encode(${column}, 'hex')`,
  read: (cell) => String(present(cell)),
});
/** An array of short words without commas. */
export const words = <Word extends string = string>(): Column<readonly Word[]> => ({
  select: (column) => `array_to_string(${column}, ',')`,
  read: (cell) => (cell ? (String(cell).split(',') as Word[]) : []),
});
/** The same column, nullable: null is read as `undefined`. */
export const optional = <Read>(column: Column<Read>): Column<Read | undefined> => ({
  ...column,
  read: (cell) => (cell === null ? undefined : column.read(cell)),
});
/** The same column under a name of its own. */
export const named = <Read>(name: string, column: Column<Read>): Column<Read> => ({ ...column, name });
/** An expression under the name of its member. */
export const computed = <Read>(expression: string, column: Column<Read>): Column<Read> => ({
  ...column,
  select: () => expression,
});
