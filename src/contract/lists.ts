import type { TSchema } from 'typebox';
import Type from 'typebox';
import { invalidField } from '../domain/problems.ts';
import type { Instant } from '../domain/time.ts';
import { notATime, parseInstant } from '../domain/time.ts';

/** The form of our own lists; Bond's lists have Bond's form. */

const maxListItems = 100;
export const defaultListItems = 50;

const bySequence = '^c1_[0-9a-z]{1,13}$';

/** The query of a list: limit and cursor. `cursorPattern` is the form of the list's own cursors. */
export const listQuery = (cursorPattern = bySequence) => ({
  limit: Type.Optional(
    Type.Integer({
      description: 'Maximum number of items to return.',
      format: 'int32',
      minimum: 1,
      maximum: maxListItems,
      default: defaultListItems,
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      description: 'The next_cursor of the previous answer.',
      pattern: cursorPattern,
      maxLength: 64,
    }),
  ),
});

const nextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'Cursor of the next page; null at the end of the list.',
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
 * One page of a list. `read` is given the position to read after and the number of rows to read: one more than the
 * page holds, which tells whether there is a next page.
 *
 * @throws InvalidInput if the cursor is invalid
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

/** The position of a cursor; `undefined` without a cursor. @throws InvalidInput */
export function positionOf<Position>(
  cursor: string | undefined,
  parse: (cursor: string) => Position | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = parse(cursor);
  if (position === undefined) throw invalidField('cursor');
  return position;
}

const time = (description: string) => Type.Optional(Type.String({ description, maxLength: 40 }));

/** The query of a list that can be narrowed to a span of time. */
export const spanQuery = {
  from: time('Only from this date or time on (ISO 8601).'),
  to: time('Only before this date or time (ISO 8601).'),
};

export interface Span {
  readonly from?: string;
  readonly to?: string;
}

/** The moments of a span. @throws InvalidInput for one that is none. */
export function spanOf(given: Span): {
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
} {
  const momentOf = (name: keyof Span) => {
    const written = given[name];
    const at = written === undefined ? undefined : parseInstant(written);
    if (written !== undefined && at === undefined) throw invalidField(name, notATime);
    return at;
  };
  return { from: momentOf('from'), to: momentOf('to') };
}
