import type { TSchema } from 'typebox';
import Type from 'typebox';

/** How our own lists are asked for and answered; Bond's lists have the form that Bond gave them. */

const mostItems = 100;
export const usualItems = 50;

const bySequence = '^c1_[0-9a-z]{1,13}$';

/** The query of a list: how many, and from where on. `cursorPattern`: what the list's own cursors look like. */
export const listQuery = (cursorPattern = bySequence) => ({
  limit: Type.Optional(
    Type.Integer({
      description: 'How many to return.',
      format: 'int32',
      minimum: 1,
      maximum: mostItems,
      default: usualItems,
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
    { data: Type.Array(item, { maxItems: mostItems }), next_cursor: nextCursor },
    { title, additionalProperties: false },
  );
