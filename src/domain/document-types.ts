/** The kinds of document that a verification may ask for. */
export const documentTypes = ['government_id', 'proof_of_address', 'social_security_card'] as const;
export type DocumentType = (typeof documentTypes)[number];
