import type { TSchema } from 'typebox';
import Type from 'typebox';
import { invalidField } from '../domain/errors.ts';

/** How our own lists are asked for and answered; Bond's lists have the form that Bond gave them. */

const maxListItems = 100;
export const defaultListItems = 50;

const bySequence = '^c1_[0-9a-z]{1,13}$';

/** The query of a list: how many, and from where on. `cursorPattern`: what the list's own cursors look like. */
export const listQuery = (cursorPattern = bySequence) => ({
  limit: Type.Optional(
    Type.Integer({
      description: 'How many to return.',
      format: 'int32',
      minimum: 1,
      maximum: maxListItems,
      default: defaultListItems,
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      description: 'Where to go on, as next_cursor of the last answer gave it.',
      pattern: cursorPattern,
      maxLength: 64,
    }),
  ),
});

const nextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'Where the list goes on; null where it ends.',
});

/** The answer of a list. */
export const listOf = <Item extends TSchema>(title: string, item: Item) =>
  Type.Object(
    { data: Type.Array(item, { maxItems: maxListItems }), next_cursor: nextCursor },
    { title, additionalProperties: false },
  );

/** How a list writes positions as cursors. `parse` answers `undefined` for text that is no cursor of this list. */
export interface CursorForm<Row, Position> {
  readonly parse: (cursor: string) => Position | undefined;
  readonly after: (row: Row) => string;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** `null` at the end of the list. */
  readonly next_cursor: string | null;
}

/**
 * One page of a list. `read` is given the position to read after and the number of rows to read: one more than
 * the page holds, which tells whether the list goes on.
 *
 * @throws InvalidInput where the cursor does not parse
 */
export async function pageOf<Row, Position>(
  query: { readonly limit?: number; readonly cursor?: string },
  form: CursorForm<Row, Position>,
  read: (after: Position | undefined, most: number) => Promise<readonly Row[]>,
): Promise<Page<Row>> {
  const limit = query.limit ?? defaultListItems;
  const found = await read(positionOf(query.cursor, form.parse), limit + 1);
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { rows, next_cursor: last === undefined ? null : form.after(last) };
}

/** The position that a cursor stands for; `undefined` without a cursor. @throws InvalidInput */
export function positionOf<Position>(
  cursor: string | undefined,
  parse: (cursor: string) => Position | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = parse(cursor);
  if (position === undefined) throw invalidField('cursor');
  return position;
}
