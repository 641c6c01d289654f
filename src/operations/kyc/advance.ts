import type { BrandId, RunId } from '../../domain/ids.ts';
import type { KycEvent } from '../../domain/kyc/verification.ts';
import { isRunning, silenceDeadlineSeconds } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { KycAnswer, KycFinding, KycProvider, KycRun } from '../../providers/kyc.ts';
import { journalPart } from '../../store/audit/journal.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { documentsToHandOver, noteHandedOver } from '../../store/kyc/documents.ts';
import type { RunRow, Schedule } from '../../store/kyc/runs.ts';
import { readRun, scheduleRun } from '../../store/kyc/runs.ts';
import { journalOf } from '../journal.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { EventDetails, KycContext } from './change.ts';
import { decide, openCase, pauseAfter, resolveApproval, runIn, writeAppliedEvent } from './change.ts';
import { openDocument } from './documents.ts';
import { providerOf } from './programs.ts';
import { openApplicant } from './sealing.ts';

/**
 * Takes one verification a step further: asks its provider, and writes what the answer comes to. The call
 * comes first and holds nothing; an answer that the verification has overtaken meanwhile is thrown away.
 */
export async function advanceVerification(system: System, brandId: BrandId, runId: RunId): Promise<void> {
  const scope = scopeOf(system, brandId);
  const run = await readRun(scope, runId);
  const provider = run && (await providerOf(system, brandId, run.programId));
  if (!run || !provider) return;
  const isWanted = isRunning(run.status) && (await readCustomer(scope, run.customerId)) !== undefined;
  if (!isWanted) return releaseRun(system, brandId, run, provider);

  const kycContext = await kycContextOf(system, brandId);
  if (isOverdue(run, kycContext.now)) return applyEvent(system, brandId, run, 'overdue', { by: 'clientele' });
  if (run.askedByReviewer) {
    // Not due before the documents are, unless somebody has asked in vain.
    return scheduleRun(scope, run, { ...run, pollAt: run.documentsUntil });
  }
  const answer = await ask(kycContext, run, provider);
  if (answer.kind === 'finding') return found(system, brandId, run, answer.finding, answer.reference);
  await heardNothing(system, brandId, run, answer);
}

const isOverdue = ({ documentsUntil }: RunRow, now: Instant): boolean =>
  documentsUntil !== undefined && documentsUntil <= now;

/** What the background stands on, with the clock of this moment. */
async function kycContextOf(system: System, brandId: BrandId): Promise<KycContext> {
  const now = system.now();
  const cause = { actor: { kind: 'clientele' }, operation: 'advanceVerification' } as const;
  return {
    system,
    scope: scopeOf(system, brandId),
    keyring: await system.keyrings.of(brandId),
    now,
    journal: (changeRecord) => journalPart(journalOf(system, cause, now, changeRecord)),
  };
}

const named = (brandId: BrandId, run: RunRow): KycRun => ({
  runId: run.runId,
  brandId,
  programId: run.programId,
  customerId: run.customerId,
  reference: run.reference,
  startedAt: run.startedAt,
});

/** Whichever call is due: the start, documents that the provider has not got yet, or how it stands. */
async function ask(kycContext: KycContext, run: RunRow, provider: KycProvider): Promise<KycAnswer> {
  const it = named(kycContext.scope.brandId, run);
  if (run.reference === undefined) return provider.start(it, await openApplicant(kycContext, run));
  // What is only half of what was wanted stays here until the rest is in.
  const rows =
    run.status === 'document_required' ? [] : await documentsToHandOver(kycContext.scope, run.runId);
  if (rows.length === 0) return provider.fetch(it);
  const documents = await Promise.all(rows.map((row) => openDocument(kycContext, run, row)));
  const answer = await provider.submitDocuments(it, documents);
  if (answer.kind === 'finding')
    await noteHandedOver(
      kycContext.scope,
      run.runId,
      rows.map((row) => row.documentId),
      kycContext.now,
    );
  return answer;
}

const kycEventOf: Readonly<Record<KycFinding['state'], KycEvent>> = {
  pending: 'pending',
  needs_input: 'pending',
  needs_document: 'documents_wanted',
  review: 'review',
  approved: 'approved',
  declined: 'declined',
  expired: 'expired',
  error: 'error',
};

async function found(
  system: System,
  brandId: BrandId,
  run: RunRow,
  finding: KycFinding,
  reference: string | undefined,
): Promise<void> {
  const documents = finding.state === 'needs_document' ? { documents: finding.documents } : {};
  const kycEvent = asksTheSame(run, finding) ? undefined : kycEventOf[finding.state];
  await applyEvent(system, brandId, run, kycEvent, {
    by: 'provider',
    reference: reference ?? run.reference,
    ...documents,
  });
}

/** A provider goes on asking for what it has asked for until it has it. */
const asksTheSame = ({ status, wanted }: RunRow, finding: KycFinding): boolean =>
  status === 'document_required' &&
  finding.state === 'needs_document' &&
  finding.documents.length === wanted.length &&
  finding.documents.every((type) => wanted.includes(type));

/** How often a change is decided anew because the customer has changed meanwhile; the lease makes good for the rest. */
const maxRounds = 20;

/** Writes what has happened, or only when to ask again where that changes nothing. */
async function applyEvent(
  system: System,
  brandId: BrandId,
  run: RunRow,
  kycEvent: KycEvent | undefined,
  eventDetails: EventDetails,
): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    const kycContext = await kycContextOf(system, brandId);
    const opened = await openCase(kycContext, run.customerId);
    const present = opened && runIn(opened, run.runId);
    // Whoever was faster has also said when to look again.
    if (!present || present.revision !== run.revision) return;
    const event = kycEvent && (await resolveApproval(kycContext, opened.row, present, kycEvent));
    const applied = event && decide(opened, present, event, eventDetails, kycContext.now);
    if (!applied)
      return scheduleRun(kycContext.scope, run, askAgain(run, eventDetails.reference, kycContext.now));
    if ((await writeAppliedEvent(kycContext, opened.row, applied)) === 'done') return system.db.wake();
  }
}

/** The pauses between two questions grow, but documents that do not come end a verification on time. */
function askAgain(run: RunRow, reference: string | undefined, now: Instant): Schedule {
  return {
    reference,
    pollAt: notAfter(run.documentsUntil, plusSeconds(now, pauseAfter(run.pollTries))),
    pollTries: run.pollTries + 1,
    silence: undefined,
    silentSince: undefined,
  };
}

const notAfter = (end: Instant | undefined, at: Instant): Instant =>
  end !== undefined && end < at ? end : at;

/** A provider that cannot be heard changes nothing, until it has been silent for too long. */
async function heardNothing(
  system: System,
  brandId: BrandId,
  run: RunRow,
  { reason, retryAfterSeconds = 0 }: Extract<KycAnswer, { kind: 'silence' }>,
): Promise<void> {
  const now = system.now();
  const since = run.silentSince ?? now;
  if (plusSeconds(since, silenceDeadlineSeconds) <= now)
    return applyEvent(system, brandId, run, 'silence', { by: 'clientele' });
  const pause = Math.max(pauseAfter(run.pollTries), retryAfterSeconds);
  await scheduleRun(scopeOf(system, brandId), run, {
    reference: run.reference,
    pollAt: notAfter(run.documentsUntil, plusSeconds(now, pause)),
    pollTries: run.pollTries + 1,
    silence: reason,
    silentSince: since,
  });
}

/** Nobody waits for it any more: it has ended here, or its customer is gone. The provider is told once. */
async function releaseRun(
  system: System,
  brandId: BrandId,
  run: RunRow,
  provider: KycProvider,
): Promise<void> {
  if (run.reference !== undefined) await provider.cancel(named(brandId, run));
  await scheduleRun(scopeOf(system, brandId), run, { ...run, pollAt: undefined });
}
