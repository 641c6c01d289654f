import { dictionary } from '@zxcvbn-ts/language-common';

/** In lower case. A module of its own, so that the list is loaded when the first password is chosen. */
export const commonPasswords: ReadonlySet<string> = new Set(dictionary['passwords-common'] as string[]);
