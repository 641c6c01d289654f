import type { TObject, TSchema } from 'typebox';
import Type from 'typebox';

/** How our own lists are asked for and answered; Bond's lists have the form that Bond gave them. */

const mostItems = 100;
export const usualItems = 20;

/** The query of a list: how many, and from where on. A list's own filters come before them. */
export const listQuery = {
  limit: Type.Optional(
    Type.Integer({
      description: 'How many to return.',
      minimum: 1,
      maximum: mostItems,
      default: usualItems,
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      description: 'Where to go on, as next_cursor of the last answer gave it.',
      pattern: '^c1_[0-9a-z]{1,13}$',
      maxLength: 16,
    }),
  ),
} satisfies Record<string, TSchema>;

export const listOf = <Item extends TSchema>(title: string, item: Item): TObject =>
  Type.Object(
    {
      data: Type.Array(item, { maxItems: mostItems }),
      next_cursor: Type.Union([Type.String(), Type.Null()], {
        description: 'Where the list goes on; null where it ends.',
      }),
    },
    { title, additionalProperties: false },
  );
