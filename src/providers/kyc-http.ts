import type { Applicant } from '../domain/customers/applicant.ts';
import { parseId } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import { millisOf } from '../domain/time.ts';
import { memberOf, parseJson } from './json.ts';
import type { KycDocument, KycProvider } from './kyc.ts';
import { malformed, readAnswer } from './kyc-http-answer.ts';
import type { Outbound, OutboundOutcome } from './outbound.ts';
import { signedHeaders, verifyStandard } from './signature.ts';

export interface HttpKycOptions {
  readonly outbound: Outbound;
  /** The URL of the brand's decision service. The name of each call is appended to it. */
  readonly url: string;
  /** Signs our calls and the service's callbacks. */
  readonly secret: string;
  readonly now: () => Instant;
  readonly timeoutMs?: number;
}

// A vendor's database checks take seconds, and a job retries.
const usualTimeout = 10_000;

/** Limits of the outbound client for these calls: an upload has up to 35 MB of documents, a response is small. */
export const httpKycLimits = { timeoutMs: 60_000, maxResponseBytes: 65_536 } as const;

/**
 * The brand's own decision service, and through it any vendor. docs/kyc-providers.md describes the protocol: four
 * signed calls, each of which may be repeated, and one signed callback that only asks for a fetch.
 */
export function openHttpKyc(options: HttpKycOptions): KycProvider {
  const { outbound, secret, now, timeoutMs = usualTimeout } = options;
  const base = options.url.replace(/\/+$/, '');
  const nowSeconds = () => Math.floor(millisOf(now()) / 1_000);

  async function call(path: string, content: object, timeout = timeoutMs): Promise<OutboundOutcome> {
    // Encoded once: a large text with documents would be encoded by the signature and again by the socket.
    const body = Buffer.from(JSON.stringify(content));
    const headers = signedHeaders(secret, nowSeconds(), body);
    return outbound.send({ method: 'POST', url: `${base}${path}`, headers, body, timeoutMs: timeout });
  }

  return {
    async start({ runId, customerId, programId }, applicant) {
      const names = { run_id: runId, customer_id: customerId, program_id: programId };
      const answer = readAnswer(
        await call('/verifications', { ...names, applicant: toWireApplicant(applicant) }),
      );
      // Without the vendor's reference, a started verification could not be found again.
      return answer.kind === 'finding' && answer.reference === undefined ? malformed : answer;
    },
    async fetch({ runId, reference }) {
      return readAnswer(await call('/verifications/status', { run_id: runId, reference }));
    },
    async submitDocuments({ runId, reference }, documents) {
      const content = { run_id: runId, reference, documents: documents.map(toWire) };
      return readAnswer(await call('/documents', content, httpKycLimits.timeoutMs));
    },
    async cancel({ runId, reference }) {
      await call('/cancel', { run_id: runId, reference });
    },
    readCallback({ headers, body }) {
      if (!verifyStandard(secret, headers, body, nowSeconds())) return undefined;
      const runId = memberOf(parseJson(body), 'run_id');
      const known = typeof runId === 'string' ? parseId<'kyc run'>(runId) : undefined;
      return known && { runId: known };
    },
  };
}

/** Either the SSN or the identification in its place. */
const toWireApplicant = ({ ssn, ...others }: Applicant) => (ssn === '' ? others : { ssn, ...others });

const toWire = ({ documentId, content, ...described }: KycDocument) => ({
  document_id: documentId,
  ...described,
  content: content.toString('base64'),
});
