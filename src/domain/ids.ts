/** Identifiers: UUIDs with distinct types, so that a brand's id cannot be used as a customer's. */

export type Id<Kind extends string> = string & { readonly __id: Kind };
export type BrandId = Id<'brand'>;
export type CustomerId = Id<'customer'>;
export type AddressId = Id<'address'>;
/** What customers are verified for. */
export type ProgramId = Id<'program'>;
/** One verification; reviews are named by it too. */
export type RunId = Id<'kyc run'>;
export type DocumentId = Id<'kyc document'>;
/** What the `Identity` header carries. */
export type KeyIdentity = Id<'key'>;
/** The account of a person who uses the console. */
export type OperatorId = Id<'operator'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A UUID in the hyphenated form of RFC 9562, converted to lower case (section 4), or `undefined`. PostgreSQL also
 * takes braces and missing hyphens, which would give one customer many names.
 */
export function parseId<Kind extends string>(text: string): Id<Kind> | undefined {
  const lower = text.toLowerCase();
  return uuid.test(lower) ? (lower as Id<Kind>) : undefined;
}
