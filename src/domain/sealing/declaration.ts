import type { Instant } from '../time.ts';

/** The forms of values that a record is bound to. A `day` is `YYYY-MM-DD`, `hex` is bytes in hexadecimal digits. */
export interface BoundForms {
  readonly text: string;
  readonly number: number;
  readonly instant: Instant;
  readonly words: readonly string[];
  readonly hex: string;
  readonly day: string;
  readonly flag: boolean;
}
export type BoundForm = keyof BoundForms;

/** How a column with ciphertext is declared (`sealedColumns`). */
export interface Declaration {
  /** What the column holds. Each purpose has its own key, derived from the brand's key. */
  readonly purpose: string;
  /**
   * The id that a record is sealed for: text, with columns of its row in braces. A record opens under this id
   * alone, so two columns with one purpose need two forms of it. `{sha256(column)}` is a digest in hex.
   */
  readonly recordId: string;
  /** The column that counts how often the record was sealed. Without one, the seal number is always the first. */
  readonly sealCounter?: string;
  /** A column with unique values within the brand, and its type: a rotation pages through the rows by it. */
  readonly key: readonly [column: string, type: string];
  /** Where a row may be without a record. */
  readonly optional?: true;
  /** The type of the column itself: text in base64, unless said otherwise. */
  readonly type?: 'text' | 'bytea';
  /** How many rows a rotation reads in one statement, where the usual number would be too much. */
  readonly batchSize?: number;
  /**
   * Readable columns of the same row that the record is bound to. With another value in one of them it does not open. A writer of the table without the key can therefore not change them.
   */
  readonly bound?: Readonly<Record<string, BoundForm>>;
  /**
   * The same for columns that a later migration added. The nulls at their end are left out of what the record is bound
   * to. A row from before that migration therefore opens as it is: in such a column, null means what held before.
   */
  readonly boundLater?: Readonly<Record<string, BoundForm>>;
  /** The table is younger than the first records that were bound, so it has no older ones to bind. */
  readonly newTable?: true;
}
