import { Problems } from '../problems.ts';
import { shortText, shortTextProblem } from '../text.ts';
import { checkFinding } from './finding.ts';
import type { KycEvent } from './verification.ts';

/** The decisions of a reviewer and their effect on the verification. */
export const decisions = ['approve', 'decline', 'request_documents'] as const;
export type Decision = (typeof decisions)[number];

export const kycEventOf: Readonly<Record<Decision, KycEvent>> = {
  approve: 'approved',
  decline: 'declined',
  request_documents: 'documents_wanted',
};

export const reviewNote = shortText(500);

/** Checks the values of a decision; the schema reports wrong types. */
export function checkDecision(body: unknown): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const { decision, documents, note } = body as Readonly<Record<string, unknown>>;
  const asksForDocuments = decision === 'request_documents';
  if (asksForDocuments && documents === undefined)
    problems.add('documents', 'Missing: name the documents to request.');
  if (!asksForDocuments && typeof decision === 'string' && documents !== undefined)
    problems.add('documents', 'Goes together with the decision request_documents.');
  if (Array.isArray(documents) && new Set(documents).size < documents.length)
    problems.add('documents', 'Names a document twice.');
  if (typeof note === 'string') problems.add('note', shortTextProblem(reviewNote, note));
  problems.addMissing(checkFinding(body as Readonly<Record<string, unknown>>));
  return problems;
}
