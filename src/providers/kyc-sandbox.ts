import type { DocumentType } from '../domain/document-types.ts';
import { documentTypes } from '../domain/document-types.ts';
import type { Instant } from '../domain/time.ts';
import { parseInstant, plusSeconds } from '../domain/time.ts';
import type { TriggerOutcome } from '../domain/trigger-numbers.ts';
import { sandboxOutcome } from '../domain/trigger-numbers.ts';
import type { KycAnswer, KycFinding, KycProvider } from './kyc.ts';

export interface SandboxKycOptions {
  readonly now: () => Instant;
  /** Seconds until a verdict, so that a client sees a verification in progress. */
  readonly delaySeconds: number;
}

/**
 * The provider of a sandbox: the SSN decides the outcome of a verification. It stores nothing. The reference that
 * it returns contains the outcome and the time of the verdict.
 */
export function openSandboxKyc({ now, delaySeconds }: SandboxKycOptions): KycProvider {
  const answer = (reference: string): KycAnswer => {
    const read = readReference(reference);
    // The reference of another provider, from before the program used the sandbox. A retry would not help.
    if (!read) return { kind: 'finding', finding: { state: 'error' } };
    const finding = now() < read.dueAt ? ({ state: 'pending' } as const) : read.finding;
    return { kind: 'finding', finding, reference };
  };
  return {
    async start(run, applicant) {
      const dueAt = plusSeconds(run.startedAt, delaySeconds);
      return answer(sandboxReference(sandboxOutcome(applicant.ssn), dueAt));
    },
    async fetch({ reference = '' }) {
      return answer(reference);
    },
    async submitDocuments({ reference = '' }, documents) {
      const finding = readReference(reference)?.finding;
      if (finding?.state !== 'needs_document') return answer(reference);
      const here = new Set(documents.map(({ document_type }) => document_type));
      const missing = finding.documents.filter((wanted) => !here.has(wanted));
      if (missing.length > 0)
        return answer(sandboxReference({ status: 'document_required', documents: missing }, now()));
      return answer(sandboxReference({ status: 'passed' }, plusSeconds(now(), delaySeconds)));
    },
    cancel: async () => undefined,
    readCallback: () => undefined,
  };
}

const findings = {
  passed: { state: 'approved' },
  failed: { state: 'declined' },
  under_review: { state: 'review' },
  expired: { state: 'expired' },
} as const satisfies Readonly<Record<Exclude<TriggerOutcome['status'], 'document_required'>, KycFinding>>;

/**
 * The sandbox's reference of a verification:
 * `2026-11-24T08:36:00.000000/document_required/government_id,proof_of_address`.
 */
export const sandboxReference = (outcome: TriggerOutcome, dueAt: Instant): string =>
  [dueAt, outcome.status, ...('documents' in outcome ? [outcome.documents.join(',')] : [])].join('/');

function readReference(reference: string): { dueAt: Instant; finding: KycFinding } | undefined {
  const [at = '', status = '', list = ''] = reference.split('/');
  const dueAt = parseInstant(at);
  const finding = status === 'document_required' ? wanting(list) : findingOf(status);
  return dueAt && finding && { dueAt, finding };
}

const findingOf = (status: string): KycFinding | undefined =>
  Object.hasOwn(findings, status) ? findings[status as keyof typeof findings] : undefined;

const wanting = (list: string): KycFinding => ({
  state: 'needs_document',
  documents: list
    .split(',')
    .filter((name): name is DocumentType => documentTypes.some((type) => type === name)),
});
