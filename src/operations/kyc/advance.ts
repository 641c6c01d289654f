import type { BrandId, RunId } from '../../domain/ids.ts';
import type { KycEvent } from '../../domain/kyc/verification.ts';
import { isRunning, silenceDeadlineSeconds } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { KycAnswer, KycFinding, KycProvider, KycRun } from '../../providers/kyc.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { markDocumentsSent, unsentDocuments } from '../../store/kyc/documents.ts';
import type { RunRow, Schedule } from '../../store/kyc/runs.ts';
import { readRun, scheduleRun } from '../../store/kyc/runs.ts';
import { inBackground } from '../background.ts';
import { requireDone } from '../retry.ts';
import type { ChangeContext, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { EventDetails } from './change.ts';
import { decide, findRun, openCase, pollDelaySeconds, resolveApproval, writeAppliedEvent } from './change.ts';
import { openDocument } from './documents.ts';
import type { NewFinding } from './findings.ts';
import { keptFinding } from './findings.ts';
import { providerOf } from './programs.ts';
import { checkRun, openApplicant, proveRun } from './sealing.ts';

const operation = 'advanceVerification';

/**
 * Advances one verification: calls its provider and applies the answer. The call holds no lock. The answer is
 * dropped if the verification changed during the call.
 */
export async function advanceVerification(system: System, brandId: BrandId, runId: RunId): Promise<void> {
  const scope = scopeOf(system, brandId);
  const stored = await readRun(scope, runId);
  const run = stored && (await checkRun({ system, keyring: await system.keyrings.of(brandId) }, stored));
  const chosen = run && (await providerOf(system, brandId, run.programId));
  if (!run || !chosen) return;
  const { provider } = chosen;
  const isWanted = isRunning(run.status) && (await readCustomer(scope, run.customerId)) !== undefined;
  if (!isWanted) return releaseRun(system, brandId, run, provider);

  if (isOverdue(run, system.now())) return applyEvent(system, brandId, run, 'overdue', { by: 'clientele' });
  if (run.askedByReviewer) {
    // Not due before the documents are, unless a callback or a request has made it so.
    return reschedule(system, brandId, run, { ...run, pollAt: run.documentsUntil });
  }
  const answer = await ask(system, brandId, run, provider);
  if (answer.kind === 'finding')
    return applyFinding(system, brandId, run, { ...answer, source: chosen.name });
  await handleSilence(system, brandId, run, answer);
}

const isOverdue = ({ documentsUntil }: RunRow, now: Instant): boolean =>
  documentsUntil !== undefined && documentsUntil <= now;

const providerRunOf = (brandId: BrandId, run: RunRow): KycRun => ({
  runId: run.runId,
  brandId,
  programId: run.programId,
  customerId: run.customerId,
  reference: run.reference,
  startedAt: run.startedAt,
});

/** Makes the call that is due: start the verification, submit documents that the provider lacks, or fetch its state. */
async function ask(system: System, brandId: BrandId, run: RunRow, provider: KycProvider): Promise<KycAnswer> {
  const keys = { system, keyring: await system.keyrings.of(brandId) };
  const scope = scopeOf(system, brandId);
  const it = providerRunOf(brandId, run);
  if (run.reference === undefined) return provider.start(it, await openApplicant(keys, run));
  // Incomplete documents are not sent before the rest has been submitted.
  const rows = run.status === 'document_required' ? [] : await unsentDocuments(scope, run.runId);
  if (rows.length === 0) return provider.fetch(it);
  const documents = await Promise.all(rows.map((row) => openDocument(keys, run, row)));
  const answer = await provider.submitDocuments(it, documents);
  const documentIds = rows.map((row) => row.documentId);
  if (answer.kind === 'finding') await markDocumentsSent(scope, run.runId, documentIds, system.now());
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

async function applyFinding(
  system: System,
  brandId: BrandId,
  run: RunRow,
  { finding, reference, grounds, source }: Extract<KycAnswer, { kind: 'finding' }> & { source: string },
): Promise<void> {
  const documents = finding.state === 'needs_document' ? { documents: finding.documents } : {};
  const kycEvent = asksForSameDocuments(run, finding) ? undefined : kycEventOf[finding.state];
  const details = { by: 'provider', reference: reference ?? run.reference, ...documents } as const;
  const found = { source, details: { state: finding.state, ...grounds } };
  await applyEvent(system, brandId, run, kycEvent, details, found);
}

/** A provider keeps asking for the same documents until it has them. */
const asksForSameDocuments = ({ status, wanted }: RunRow, finding: KycFinding): boolean =>
  status === 'document_required' &&
  finding.state === 'needs_document' &&
  finding.documents.length === wanted.length &&
  finding.documents.every((type) => wanted.includes(type));

/** Writes an event; if it changes nothing, writes only the time of the next poll. */
const applyEvent = (
  system: System,
  brandId: BrandId,
  run: RunRow,
  kycEvent: KycEvent | undefined,
  eventDetails: EventDetails,
  found?: NewFinding,
): Promise<void> =>
  inBackground(system, brandId, operation, async (context) => {
    const opened = await openCase(context, run.customerId);
    const present = opened && findRun(opened, run.runId);
    // A concurrent change of the run has also set the time of the next poll.
    if (!present || present.revision !== run.revision) return;
    const event = kycEvent && (await resolveApproval(context, opened, present, kycEvent));
    const applied = event && decide(opened, present, event, eventDetails, context.now);
    if (!applied) return writeSchedule(context, run, nextPoll(run, eventDetails.reference, context.now));
    const kept = found && keptFinding(context, run, found);
    const along = kept && { parts: [kept.part], facts: kept.facts };
    requireDone(await writeAppliedEvent(context, opened, applied, along));
  });

/** The delays between polls grow, but a verification with missing documents ends on time. */
function nextPoll(run: RunRow, reference: string | undefined, now: Instant): Schedule {
  return {
    reference,
    pollAt: earlier(run.documentsUntil, plusSeconds(now, pollDelaySeconds(run.pollTries))),
    pollTries: run.pollTries + 1,
    silence: undefined,
    silentSince: undefined,
  };
}

const earlier = (end: Instant | undefined, at: Instant): Instant =>
  end !== undefined && end < at ? end : at;

/** A provider that does not answer changes nothing, until it has been silent for too long. */
async function handleSilence(
  system: System,
  brandId: BrandId,
  run: RunRow,
  { reason, retryAfterSeconds = 0 }: Extract<KycAnswer, { kind: 'no_answer' }>,
): Promise<void> {
  const now = system.now();
  const since = run.silentSince ?? now;
  if (plusSeconds(since, silenceDeadlineSeconds) <= now)
    return applyEvent(system, brandId, run, 'silence', { by: 'clientele' });
  const pause = Math.max(pollDelaySeconds(run.pollTries), retryAfterSeconds);
  await reschedule(system, brandId, run, {
    reference: run.reference,
    pollAt: earlier(run.documentsUntil, plusSeconds(now, pause)),
    pollTries: run.pollTries + 1,
    silence: reason,
    silentSince: since,
  });
}

/** The run has ended here, or its customer was deleted. The provider is notified once. */
async function releaseRun(
  system: System,
  brandId: BrandId,
  run: RunRow,
  provider: KycProvider,
): Promise<void> {
  if (run.reference !== undefined) await provider.cancel(providerRunOf(brandId, run));
  await reschedule(system, brandId, run, { ...run, pollAt: undefined });
}

const reschedule = (system: System, brandId: BrandId, run: RunRow, next: Schedule): Promise<void> =>
  inBackground(system, brandId, operation, (context) => writeSchedule(context, run, next));

async function writeSchedule({ scope, keyring }: ChangeContext, run: RunRow, next: Schedule): Promise<void> {
  const { reference } = next;
  const proof = reference === run.reference ? undefined : proveRun(keyring, { ...run, reference }).proof;
  await scheduleRun(scope, run, next, proof);
}
