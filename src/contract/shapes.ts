import Type from 'typebox';
import type { ShortText } from '../domain/text.ts';
import type { Limits } from '../domain/values.ts';

/** An enumeration as JSON Schema writes it. TypeBox's own union would report one error per member. */
export const oneOf = <const Values extends readonly string[]>(values: Values, options: object = {}) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...options });

/** Far above the limit of every rule, so that the rule reports a long text, not the schema. */
const absurdLength = 1_000;
/** `documented` contains the limits of the value's rule, for the reference. Validation ignores it. */
export const text = (description: string, documented?: Limits, options: object = {}) =>
  Type.String({ description, maxLength: absurdLength, ...(documented && { documented }), ...options });
export const uuid = (description: string) => Type.String({ description, format: 'uuid', maxLength: 36 });
/** A text with a `shortText` rule, which the row's `check` applies. */
export const shortTextField = (description: string, { limits, lines }: ShortText) =>
  text(description, limits, { free: true, ...(lines && { lines }) });

/** A constant answer text. The operation takes it from its row. */
export const fixedText = <const Text extends string>(description: string, text: Text) =>
  ({
    status: 200,
    description,
    schema: Type.Unsafe<Text>({ type: 'string', const: text }),
    example: text,
    text,
  }) as const;
