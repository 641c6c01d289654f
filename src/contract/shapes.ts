import Type from 'typebox';
import type { Limits } from '../domain/values.ts';

/** An enumeration as JSON Schema writes it. TypeBox's own union would report one error per member. */
export const oneOf = <const Values extends readonly string[]>(values: Values, options: object = {}) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...options });

/** Far above every rule, so that the rules speak and not the schema; a wall against absurd input only. */
const wall = 1_000;
/** `documented` is for the reference: what the rule of this value holds to. Validation passes it over. */
export const text = (description: string, documented?: Limits, options: object = {}) =>
  Type.String({ description, maxLength: wall, ...(documented && { documented }), ...options });
export const uuid = (description: string) => Type.String({ description, format: 'uuid', maxLength: 36 });
