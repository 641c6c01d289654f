import type { Applicant } from '../domain/customers/applicant.ts';
import type { DocumentType } from '../domain/document-types.ts';
import type { Id } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import type { ReceivedHeaders } from './signature.ts';

/**
 * Whoever decides whether a person is who they say they are. The interface fits a vendor that answers at
 * once, one with a page of its own where the person goes on, and people who decide by hand.
 *
 * Every call may be repeated: a worker that died is made good for by calling again for the same run, so
 * `start` must not begin a second verification for a `runId` that the vendor has seen.
 */
export interface KycProvider {
  /** Begins a verification. Answers what is known at once, and the vendor's own name for it. */
  start(run: KycRun, applicant: Applicant): Promise<KycAnswer>;
  /** How a verification stands now. The only thing that is ever believed. */
  fetch(run: KycRun): Promise<KycAnswer>;
  /** Hands over documents that were wanted. */
  submitDocuments(run: KycRun, documents: readonly KycDocument[]): Promise<KycAnswer>;
  /** Nobody waits for this verification any more. What cannot be cancelled is left to run out. */
  cancel(run: KycRun): Promise<void>;
  /**
   * Which run a vendor's callback is about, if its signature holds; `undefined` where it does not. What the
   * callback says of the verification is not read: the status is fetched.
   */
  readCallback(callback: KycCallback): { readonly runId: Id<'kyc run'> } | undefined;
}

/** Who verifies for a program, and what it takes to reach them. */
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
  /** What the vendor called it; `undefined` until the vendor has answered once. Never personal data. */
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
  readonly file_name: string;
  readonly media_type: 'image/jpeg' | 'image/png' | 'image/heic' | 'application/pdf';
  readonly content: Buffer;
}

export interface KycCallback {
  readonly headers: ReceivedHeaders;
  /** As it came: what is signed is the text, not what it means. */
  readonly body: string;
}

/** `reference` is kept from then on. */
export type KycAnswer =
  | { readonly kind: 'finding'; readonly finding: KycFinding; readonly reference?: string }
  | KycNoAnswer;

/** No answer that could be understood: the run stays as it is, and the provider is asked again. */
export interface KycNoAnswer {
  readonly kind: 'no_answer';
  /**
   * `unreachable`: nothing was sent, or may be sent to that address. `refused`: a redirect, or a 4xx, which an
   * operator has to look at. `malformed`: not a whole answer, or one that says what no provider may say.
   */
  readonly reason: 'timeout' | 'unreachable' | 'refused' | 'server error' | 'malformed' | 'rate limited';
  readonly retryAfterSeconds?: number;
}

/** How a verification stands, in the words that every vendor's own states are translated into. */
export type KycFinding =
  /** The vendor is at it. */
  | { readonly state: 'pending' }
  /** The person has something to do on the vendor's page. */
  | { readonly state: 'needs_input' }
  | { readonly state: 'needs_document'; readonly documents: readonly DocumentType[] }
  /** A person looks at it. */
  | { readonly state: 'review' }
  | { readonly state: 'approved' }
  | { readonly state: 'declined' }
  | { readonly state: 'expired' }
  /** The vendor gave up, and says so. */
  | { readonly state: 'error' };
