import type { DocumentType } from '../domain/document-types.ts';
import { documentTypes } from '../domain/document-types.ts';
import type { Instant } from '../domain/time.ts';
import { parseInstant, plusSeconds } from '../domain/time.ts';
import type { TriggerOutcome } from '../domain/trigger-numbers.ts';
import { sandboxOutcome } from '../domain/trigger-numbers.ts';
import type { KycAnswer, KycFinding, KycProvider } from './kyc.ts';

export interface SandboxKycOptions {
  readonly now: () => Instant;
  /** How long a verdict takes, so that a client sees a verification that is under way. */
  readonly delaySeconds: number;
}

/**
 * The provider of a sandbox: the SSN says how a verification ends. It keeps nothing. What it has to know again
 * is in the reference that it gives out: the outcome, and the moment from which it is told.
 */
export function openSandboxKyc({ now, delaySeconds }: SandboxKycOptions): KycProvider {
  const answer = (reference: string): KycAnswer => {
    const read = readReference(reference);
    // Somebody else's reference, from before the program came to the sandbox: asking again would not help.
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

/** What the sandbox calls a verification: `2026-11-24T08:36:00.000000/document_required/government_id,proof_of_address`. */
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
