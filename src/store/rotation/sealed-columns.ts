import type { Purpose, SealedColumnName } from '../../domain/sealed-columns.ts';
import {
  boundColumnsOf,
  boundText,
  sealedColumns as declared,
  firstBoundColumnsOf,
  recordIdParts,
} from '../../domain/sealed-columns.ts';
import type { BoundForm } from '../../domain/sealing/declaration.ts';
import type { Column } from '../columns.ts';
import { columns, flag, hex, named, number, optional, text, unprovenInstant, words } from '../columns.ts';
import type { Row } from '../connection/database.ts';

// The declared columns in SQL. A rotation re-seals them in this order, and the doctor counts them.

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly type: 'text' | 'bytea';
  readonly purpose: Purpose;
  /** A column whose values are unique within the brand, and its type. The rotation reads the rows in its order. */
  readonly key: readonly [column: string, type: string];
  /** The id that the record was sealed for, in SQL. */
  readonly recordId: string;
  /** The column that counts the sealings. `undefined`: the record always has seal number 1. */
  readonly sealCounter: string | undefined;
  /** Rows that one statement reads. */
  readonly batchSize: number;
  /** Whether a row may be without a record. */
  readonly isOptional: boolean;
  /** What the record is bound to; `undefined` where it is bound to nothing. */
  readonly bound: BoundSql | undefined;
}

/** The columns that a record is bound to, in SQL. */
export interface BoundSql {
  /** Ends the names of statements that have this list. */
  readonly variant: string;
  /** What is selected, and under which names. */
  readonly list: string;
  readonly names: string;
  /** The text that the record is bound to, from a row that has these names. */
  readonly read: (row: Row) => string;
}

const readers: { readonly [Form in BoundForm]: () => Column<unknown> } = {
  text: () => optional(text()),
  number: () => optional(number()),
  instant: () => optional(unprovenInstant()),
  words: () => words(),
  hex: () => optional(hex()),
  day: () => optional(text()),
  flag: () => optional(flag()),
};

/** How the values are read that the records of a column are bound to. */
export function boundSqlOf(name: SealedColumnName, columnsOf = boundColumnsOf): BoundSql {
  const bound = Object.entries(columnsOf(name));
  const selected = columns(
    Object.fromEntries(bound.map(([column, form]) => [column, named(column, readers[form]())])),
  );
  return {
    variant: columnsOf === boundColumnsOf ? '' : '_first',
    list: selected.list,
    names: bound.map(([column]) => column).join(', '),
    read: (row) => boundText(name, Object.values(selected.read(row))),
  };
}

export const defaultBatchSize = 250;

const toSealedColumn = (name: SealedColumnName, columnsOf = boundColumnsOf): SealedColumn => {
  const [table = '', column = ''] = name.split('.');
  const declaration = declared[name];
  return {
    table,
    column,
    type: 'type' in declaration ? declaration.type : 'text',
    purpose: declaration.purpose,
    key: declaration.key,
    recordId: recordIdSql(name),
    sealCounter: 'sealCounter' in declaration ? declaration.sealCounter : undefined,
    isOptional: 'optional' in declaration,
    bound: 'bound' in declaration ? boundSqlOf(name, columnsOf) : undefined,
    batchSize: 'batchSize' in declaration ? declaration.batchSize : defaultBatchSize,
  };
};

const recordIdSql = (name: SealedColumnName): string =>
  recordIdParts(name)
    .map((part, at) => (at % 2 === 0 ? part && `'${part}'` : valueSql(part)))
    .filter((part) => part !== '')
    .join(' || ');

/** The value of a placeholder in braces: a column, or the digest of one. */
function valueSql(inBraces: string): string {
  const [, digested] = /^sha256\((\w+)\)$/.exec(inBraces) ?? [];
  return digested === undefined ? inBraces : `encode(sha256(convert_to(${digested}, 'UTF8')), 'hex')`;
}

const names = Object.keys(declared) as SealedColumnName[];

export const sealedColumns: readonly SealedColumn[] = names.map((name) => toSealedColumn(name));

/** As they were when records were first bound: what later migrations add is not there yet. */
export const firstSealedColumns: readonly SealedColumn[] = names
  .filter((name) => !('newTable' in declared[name]))
  .map((name) => toSealedColumn(name, firstBoundColumnsOf));

/** Tables whose rows name the index key version of their blind index values. */
export const indexedTables = ['customers', 'deleted_customers', 'idempotency'] as const;

/** Columns that are sealed under the root key. A new root version re-wraps them. */
export const rootSealed = [
  { table: 'brand_keys', column: 'wrapped' },
  { table: 'installation', column: 'root_proof' },
] as const;
