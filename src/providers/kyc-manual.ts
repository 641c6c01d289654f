import type { KycAnswer, KycProvider } from './kyc.ts';

/**
 * Only the brand's reviewers decide. Every verification and every submitted document waits for them. The review
 * operation stores their decisions, so this provider has nothing to fetch.
 */
export function openManualKyc(): KycProvider {
  const review = async (): Promise<KycAnswer> => ({
    kind: 'finding',
    finding: { state: 'review' },
    reference: 'manual',
  });
  return {
    start: review,
    fetch: review,
    submitDocuments: review,
    cancel: async () => undefined,
    readCallback: () => undefined,
  };
}
