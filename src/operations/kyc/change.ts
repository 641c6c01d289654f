import type { AuditFacts } from '../../contract/audit-facts.ts';
import { applicantOf, changedSince } from '../../domain/customers/applicant.ts';
import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerField } from '../../domain/fields.ts';
import type { CustomerId, RunId } from '../../domain/ids.ts';
import type { KycEvent, KycState, Transition } from '../../domain/kyc/verification.ts';
import {
  documentDeadlineSeconds,
  isRunning,
  kycAfter,
  kycFields,
  transitionOf,
} from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import type { IdempotencyClaim, WriteOutcome } from '../../store/idempotency-claim.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { changeRunPart, runsOf } from '../../store/kyc/runs.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import type { UnsealedForChange } from '../customers/change.ts';
import { nextRow, openSsn, readUnsealed } from '../customers/change.ts';
import type { ChangeContext } from '../system.ts';
import { checkRun, openApplicant, proveRun } from './sealing.ts';

/** A verification beside its customer's row. The row was read first, so its version guards both. */
export interface KycCase extends UnsealedForChange {
  /** All of the customer's, newest first. */
  readonly runs: readonly RunRow[];
}

/** @throws VaultError where the customer's row or one of the runs was altered. */
export async function openCase(
  context: Pick<ChangeContext, 'scope' | 'system' | 'keyring'>,
  customerId: CustomerId,
): Promise<KycCase | undefined> {
  const opened = await readUnsealed(context, customerId);
  return opened && { ...opened, runs: await checkedRunsOf(context, customerId) };
}

/** The verifications of a customer, newest first, each as Clientele wrote it. */
export async function checkedRunsOf(
  context: Pick<ChangeContext, 'scope' | 'system' | 'keyring'>,
  customerId: CustomerId,
): Promise<readonly RunRow[]> {
  const runs = await runsOf(context.scope, customerId);
  return Promise.all(runs.map((run) => checkRun(context, run)));
}

export const findRun = ({ runs }: KycCase, id: RunId): RunRow | undefined =>
  runs.find((run) => run.runId === id);

/** The fields locked by a pass that have changed since the run was started. */
export async function changedSinceStart(
  context: Pick<ChangeContext, 'system' | 'keyring'>,
  { row, profile }: KycCase,
  run: RunRow,
): Promise<readonly CustomerField[]> {
  const present = applicantOf(profile, await openSsn(context, row));
  return changedSince(await openApplicant(context, run), present);
}

/** An approval counts only while the customer's data is what the provider or reviewer saw. */
export async function resolveApproval(
  context: Pick<ChangeContext, 'system' | 'keyring'>,
  opened: KycCase,
  run: RunRow,
  kycEvent: KycEvent,
): Promise<KycEvent> {
  if (kycEvent !== 'approved') return kycEvent;
  return (await changedSinceStart(context, opened, run)).length > 0 ? 'approved_other_data' : 'approved';
}

/** Further data of a KYC event. */
export interface EventDetails {
  /** Who caused it. If that was not the provider, the provider is notified that the verification has ended. */
  readonly by: 'provider' | 'reviewer' | 'clientele';
  /** The requested documents. */
  readonly documents?: readonly DocumentType[];
  /** The provider's reference for the run, if this event contains it. */
  readonly reference?: string | undefined;
  /** All submitted documents, if this event adds some. */
  readonly submitted?: readonly DocumentType[];
}

/** Seconds before each next poll of a provider; the last value repeats. */
const pollDelaysSeconds = [1, 1, 2, 3, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600] as const;
export const pollDelaySeconds = (tries: number): number =>
  pollDelaysSeconds[Math.min(tries, pollDelaysSeconds.length - 1)] ?? 3_600;

/** A run after a transition. */
function runAfter(
  run: RunRow,
  kycEvent: KycEvent,
  { status }: Transition,
  eventDetails: EventDetails,
  now: Instant,
): RunRow {
  const { by, documents = run.wanted, submitted = run.submitted, reference = run.reference } = eventDetails;
  const asked = kycEvent === 'documents_wanted';
  const next: RunRow = {
    ...run,
    status,
    reference,
    updatedAt: now,
    reviewSince: status === 'under_review' ? now : undefined,
    wanted: documents,
    submitted: asked ? [] : submitted,
    documentsUntil: asked ? plusSeconds(now, documentDeadlineSeconds) : undefined,
    askedByReviewer: asked && by === 'reviewer',
    pollTries: 0,
    silence: undefined,
    silentSince: undefined,
  };
  return { ...next, pollAt: dueAfter(next, kycEvent, by, now) };
}

function dueAfter(
  run: RunRow,
  kycEvent: KycEvent,
  by: EventDetails['by'],
  now: Instant,
): Instant | undefined {
  // A run that ended without the provider stays due once, so that the provider is notified.
  if (!isRunning(run.status)) return by === 'provider' || run.reference === undefined ? undefined : now;
  if (kycEvent === 'documents_complete') return now;
  // Only the applicant can answer a reviewer's request, so there is nothing to poll until then.
  return run.askedByReviewer ? run.documentsUntil : plusSeconds(now, pollDelaySeconds(0));
}

export interface AppliedEvent {
  readonly run: RunRow;
  readonly kyc: KycState;
  readonly transition: Transition;
}

/** Decides how an event changes a run and its customer; `undefined` if nothing changes. */
export function decide(
  { row, runs }: KycCase,
  run: RunRow,
  kycEvent: KycEvent,
  eventDetails: EventDetails,
  now: Instant,
): AppliedEvent | undefined {
  const transition = transitionOf(run.status, kycEvent);
  if (!transition) return undefined;
  return {
    transition,
    run: runAfter(run, kycEvent, transition, eventDetails, now),
    kyc: kycAfter(row.kyc, transition, runs[0]?.runId === run.runId, now),
  };
}

/** A changed run in its next revision. */
export const nextRun = ({ keyring }: Pick<ChangeContext, 'keyring'>, run: RunRow): RunRow =>
  proveRun(keyring, { ...run, revision: run.revision + 1 });

/** What is written along with an event. */
interface AppliedWith {
  readonly parts?: readonly StatementPart[];
  /** For its audit entry. */
  readonly facts?: AuditFacts;
}

/** Writes an event that was decided: run, customer, journal and what else belongs to it, in one statement. */
export function writeAppliedEvent(
  context: ChangeContext,
  { row, profileText }: KycCase,
  { run, kyc, transition }: AppliedEvent,
  { parts = [], facts = {} }: AppliedWith = {},
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const proven = nextRun(context, run);
  const journal = context.journal({
    customerId: run.customerId,
    event: { type: transition.event, more: { program_id: run.programId } },
    fields: kycFields(row.kyc, kyc),
    facts: {
      program_id: run.programId,
      run_id: run.runId,
      verification: run.status,
      run_version: proven.revision,
      record_version: row.version + 1,
      ...facts,
    },
  });
  const change = nextRow(context, row, profileText, { updatedAt: context.now, kyc });
  return changeCustomer(context.scope, change, [changeRunPart(proven), ...parts, journal], claim);
}
