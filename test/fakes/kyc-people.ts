import { randomUUID } from 'node:crypto';
import type { Applicant } from '../../src/domain/customers/applicant.ts';
import type { DocumentType } from '../../src/domain/document-types.ts';
import type { Id } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { KycDocument, KycRun } from '../../src/providers/kyc.ts';
import { address } from '../people.ts';

const newId = <Kind extends string>() => randomUUID() as string as Id<Kind>;

/** A run that has just been begun, of which no provider has heard. */
export const newRun = (startedAt: Instant): KycRun => ({
  runId: newId(),
  brandId: newId(),
  programId: newId(),
  customerId: newId(),
  reference: undefined,
  startedAt,
});

export const applicant = (ssn: string): Applicant => ({
  first_name: 'Zsófia',
  middle_name: '',
  last_name: 'Quenneville',
  dob: '1987-06-05',
  ssn,
  phone: '415-555-0182',
  phone_country_code: '1',
  email: 'zsofia.quenneville@example.com',
  addresses: [address],
  ip: '203.0.113.7',
});

/** Bytes that are not text, so that a careless encoding shows. */
const scan = Buffer.from(Array.from({ length: 1_024 }, (_, index) => index % 256));

export const documentOf = (document_type: DocumentType, content = scan): KycDocument => ({
  documentId: newId(),
  document_type,
  ...(document_type === 'government_id' && { kind: 'passport', country: 'US' }),
  side: 'front',
  file_name: 'Führerschein.png',
  media_type: 'image/png',
  content,
});
