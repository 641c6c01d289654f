/** The fields of the API as people call them. */
const fieldWords: Readonly<Record<string, string>> = {
  first_name: 'First name',
  middle_name: 'Middle name',
  last_name: 'Last name',
  dob: 'Birthday',
  ssn: 'SSN',
  email: 'Email',
  phone: 'Phone',
  phone_country_code: 'Country code',
  addresses: 'Addresses',
  kyc_status: 'KYC',
};

export const fieldWord = (field: string): string => fieldWords[field] ?? field;
export const fieldList = (fields: readonly string[]): string => fields.map(fieldWord).join(', ');

export const documentWords: Readonly<Record<string, string>> = {
  government_id: 'Government id',
  proof_of_address: 'Proof of address',
  social_security_card: 'Social security card',
};

/** The rules under which deleted customers are kept. */
export const keptAs = {
  never_verified: 'never verified',
  not_passed: 'not passed',
  identified: 'identity',
} as const;
