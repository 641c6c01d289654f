import type { Applicant } from '../domain/customers/applicant.ts';
import type { DocumentType } from '../domain/document-types.ts';
import type { Id } from '../domain/ids.ts';
import type { FindingDetails } from '../domain/kyc/finding.ts';
import type { Instant } from '../domain/time.ts';
import type { NoAnswer } from './no-answer.ts';
import type { ReceivedHeaders } from './signature.ts';

/**
 * The provider that verifies a person's identity. The interface fits a vendor that answers at once, a vendor with
 * its own page for the person, and manual review.
 *
 * Every call may be repeated: after a worker has died, another one calls again for the same run. `start` must not
 * begin a second verification for a known `runId`.
 */
export interface KycProvider {
  /** Begins a verification. Returns the first finding and the vendor's own reference. */
  start(run: KycRun, applicant: Applicant): Promise<KycAnswer>;
  /** The present state of a verification. This is the only trusted source of it. */
  fetch(run: KycRun): Promise<KycAnswer>;
  /** Submits requested documents. */
  submitDocuments(run: KycRun, documents: readonly KycDocument[]): Promise<KycAnswer>;
  /** Cancels a verification that is no longer needed. A provider that cannot cancel lets it expire. */
  cancel(run: KycRun): Promise<void>;
  /**
   * The run of a vendor's callback, if its signature is valid; otherwise `undefined`. The callback's state of the
   * verification is not read: the status is fetched.
   */
  readCallback(callback: KycCallback): { readonly runId: Id<'kyc run'> } | undefined;
}

/** The provider of a program, and the settings for reaching it. */
export type ProviderChoice =
  | { readonly provider: 'sandbox' | 'manual' }
  | { readonly provider: 'http'; readonly url: string; readonly secret: string };

export type ProviderName = ProviderChoice['provider'];

/** One verification, as the provider knows it. */
export interface KycRun {
  readonly runId: Id<'kyc run'>;
  readonly brandId: Id<'brand'>;
  readonly programId: Id<'program'>;
  readonly customerId: Id<'customer'>;
  /** The vendor's reference. `undefined` until the vendor has answered once. Never personal data. */
  readonly reference: string | undefined;
  readonly startedAt: Instant;
}

export interface KycDocument {
  readonly documentId: Id<'kyc document'>;
  readonly document_type: DocumentType;
  /** The kind, such as `passport` or `utility_bill`; absent if there is only one kind. */
  readonly kind?: string;
  readonly side: 'front' | 'back';
  /** ISO 3166-1 alpha-2, for a government id. */
  readonly country?: string;
  /** What the brand read off a government id. Days are `YYYY-MM-DD`. */
  readonly number?: string | undefined;
  readonly issuer?: string | undefined;
  readonly issued_on?: string | undefined;
  readonly expires_on?: string | undefined;
  readonly file_name: string;
  readonly media_type: 'image/jpeg' | 'image/png' | 'image/heic' | 'application/pdf';
  readonly content: Buffer;
}

export interface KycCallback {
  readonly headers: ReceivedHeaders;
  /** The text as received, because the signature covers the text. */
  readonly body: string;
}

/** `reference` is stored with the run. Without an answer the run stays as it is, and the call is repeated. */
export type KycAnswer =
  | {
      readonly kind: 'finding';
      readonly finding: KycFinding;
      readonly reference?: string;
      /** How the provider came to it. */
      readonly grounds?: Pick<FindingDetails, 'checks' | 'reasons'>;
    }
  | NoAnswer;

/** The state of a verification. Adapters translate each vendor's own states into these. */
export type KycFinding =
  /** The vendor is working on it. */
  | { readonly state: 'pending' }
  /** The person has to continue on the vendor's page. */
  | { readonly state: 'needs_input' }
  | { readonly state: 'needs_document'; readonly documents: readonly DocumentType[] }
  /** A reviewer of the vendor examines it. */
  | { readonly state: 'review' }
  | { readonly state: 'approved' }
  | { readonly state: 'declined' }
  | { readonly state: 'expired' }
  /** The vendor reports that it cannot complete the verification. */
  | { readonly state: 'error' };
