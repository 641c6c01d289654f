/**
 * Which values a brand takes. `bond` is exactly the seed's tables. `wide` also takes names and addresses of the world
 * beyond them (docs/validation.md). `wide-itin` is `wide`, and takes ITINs where an SSN belongs. `wide-foreign` is
 * `wide-itin`, and takes people without a tax number of the United States.
 */
export const validations = ['bond', 'wide', 'wide-itin', 'wide-foreign'] as const;
export type Validation = (typeof validations)[number];
export const defaultValidation: Validation = 'bond';
