/**
 * Which values a brand takes. `bond` is exactly the seed's tables. `wide` also takes names and addresses of the world
 * beyond them (docs/validation.md). `wide-itin` is `wide`, and takes ITINs where an SSN belongs.
 */
export const validations = ['bond', 'wide', 'wide-itin'] as const;
export type Validation = (typeof validations)[number];
export const defaultValidation: Validation = 'bond';
