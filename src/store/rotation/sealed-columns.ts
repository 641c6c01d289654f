import type { Purpose, SealedColumnName } from '../../domain/sealed-columns.ts';
import { sealedColumns as declared, recordIdParts } from '../../domain/sealed-columns.ts';

// What a rotation re-seals, in this order, and what the doctor counts: the declared columns, in SQL.

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly type: 'text' | 'bytea';
  readonly purpose: Purpose;
  /** A column whose values are unique within the brand, and its type: the rotation goes through the rows by it. */
  readonly key: readonly [column: string, type: string];
  /** The id that the record was sealed for, in SQL. */
  readonly recordId: string;
  /** The column that counts the sealings; a record without one is sealed as the first always. */
  readonly sealCounter: string | undefined;
  /** Rows looked at by one statement. */
  readonly batchSize: number;
}

export const defaultBatchSize = 250;

const toSealedColumn = (name: SealedColumnName): SealedColumn => {
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
    batchSize: 'batchSize' in declaration ? declaration.batchSize : defaultBatchSize,
  };
};

const recordIdSql = (name: SealedColumnName): string =>
  recordIdParts(name)
    .map((part, at) => (at % 2 === 0 ? part && `'${part}'` : valueSql(part)))
    .filter((part) => part !== '')
    .join(' || ');

/** The value that stands in braces: of a column, or the digest of one. */
function valueSql(inBraces: string): string {
  const [, digested] = /^sha256\((\w+)\)$/.exec(inBraces) ?? [];
  return digested === undefined ? inBraces : `encode(sha256(convert_to(${digested}, 'UTF8')), 'hex')`;
}

export const sealedColumns: readonly SealedColumn[] = (Object.keys(declared) as SealedColumnName[]).map(
  toSealedColumn,
);

/** Tables whose rows say under which index key version their blind index values are. */
export const indexedTables = ['customers', 'deleted_customers', 'idempotency'] as const;

/** What is sealed under the root key instead: a new root version re-wraps it. */
export const rootSealed = [
  { table: 'brand_keys', column: 'wrapped' },
  { table: 'installation', column: 'root_proof' },
] as const;
