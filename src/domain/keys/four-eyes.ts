/**
 * Four eyes: the person who asked for something does not grant it. People are told apart where they are known, keys
 * otherwise.
 */

/** One who asked for something, or who would grant it. */
export interface Party {
  /** The Identity of a key, or the id of who was given its secret by an operation of the API. */
  readonly id: string;
  /** The person behind it: the e-mail address of the key's owner. `undefined` where no person is known. */
  readonly person: string | undefined;
}

/** Whether two parties are the same person, as far as that is known. */
export const isSameParty = (one: Party, other: Party): boolean =>
  one.id === other.id || (one.person !== undefined && one.person === other.person);
