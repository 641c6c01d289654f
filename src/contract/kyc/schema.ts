import Type from 'typebox';
import { documentTypes } from '../../domain/document-types.ts';
import { addressProofs, governmentIds, idIssuer, idNumber, twoSided } from '../../domain/kyc/documents.ts';
import { kycStatuses } from '../../domain/kyc/verification.ts';
import { limits } from '../../domain/values.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const customerId = uuid("The customer's id.");
export const programId = uuid("The program's id, as GET /programs lists it.");
export const kycStatus = oneOf(kycStatuses, { description: 'The status of the verification.' });
export const serverTime = (description: string) =>
  Type.String({ description, examples: ['2021-02-11T13:26:50.553841+00:00'] });

export const startBody = Type.Object(
  {
    program_id: programId,
    ssn: Type.Optional(text('Required if the customer has none yet; it is then stored.', limits.ssn)),
    phone: Type.Optional(text('Required if the customer has none yet; it is then stored.', limits.phone)),
    phone_country_code: Type.Optional(text('Goes with phone; 1 when left out.', limits.phoneCountryCode)),
    email: Type.Optional(text('Required if the customer has none yet; it is then stored.', limits.email)),
    ip: Type.Optional(text('The IPv4 or IPv6 address of the applicant; passed on to the provider.')),
  },
  { title: 'KycStart', ...closed },
);

export const started = Type.Object(
  { customer_id: customerId, kyc_status: kycStatus },
  { title: 'KycStarted', ...closed },
);

/** A requested document. */
const wantedDocument = Type.Object(
  {
    document_type: oneOf(documentTypes),
    status: oneOf(['required', 'submitted'], { description: 'Whether it is still required.' }),
  },
  { title: 'WantedDocument', ...closed },
);
export const wantedDocuments = Type.Array(wantedDocument, { maxItems: documentTypes.length });

export const verification = Type.Object(
  {
    customer_id: customerId,
    bond_brand_id: uuid("The brand's id."),
    program_id: programId,
    kyc_status: kycStatus,
    documents: Type.Optional(wantedDocuments),
    date_updated: serverTime('When its status last changed.'),
  },
  { title: 'Verification', ...closed },
);

const image = {
  file_name: text(
    'The name of the file, shown to reviewers; without slashes.',
    { minLength: 1, maxLength: 255 },
    { free: true },
  ),
  // The body limit bounds its length, and the rule reports it; a schema would count 14 million characters.
  image: Type.String({
    description:
      'The file in base64 (RFC 4648 section 4) without line breaks: a jpg, png, heic or pdf of at most 10 MB.',
    contentEncoding: 'base64',
    // So that the rule names the line breaks that MIME encoders add.
    lines: true,
    free: true,
  }),
};
const imageSchema = Type.Object(image, { title: 'DocumentImage', ...closed });
const twoSidedNames = governmentIds.filter((type) => twoSided.has(type)).join(', ');

export const documentsBody = Type.Object(
  {
    government_id: Type.Optional(
      Type.Object(
        {
          type: oneOf(governmentIds),
          country: text('ISO 3166-1 alpha-2 code of the country that issued it.', limits.country),
          number: Type.Optional(shortTextField('The number of the document; stored sealed.', idNumber)),
          issuer: Type.Optional(shortTextField('The authority or state that issued it.', idIssuer)),
          issued_on: Type.Optional(
            text('The day of issue, YYYY-MM-DD; not in the future.', undefined, { format: 'date' }),
          ),
          expires_on: Type.Optional(
            text('The last day on which it is valid, YYYY-MM-DD.', undefined, { format: 'date' }),
          ),
          front_image: imageSchema,
          back_image: Type.Optional(
            Type.Object(image, {
              title: 'BackImage',
              description: `The back. Required for ${twoSidedNames}.`,
              ...closed,
            }),
          ),
        },
        { title: 'GovernmentId', ...closed },
      ),
    ),
    proof_of_address: Type.Optional(
      Type.Object({ type: oneOf(addressProofs), ...image }, { title: 'ProofOfAddress', ...closed }),
    ),
    social_security_card: Type.Optional(imageSchema),
  },
  { title: 'KycDocuments', ...closed, minProperties: 1 },
);

export const documentsSubmitted = Type.Object(
  {
    customer_id: customerId,
    num_documents_submitted: Type.Integer({ description: 'Number of documents in this request.' }),
  },
  { title: 'KycDocumentsSubmitted', ...closed },
);
