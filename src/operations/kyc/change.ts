import { applicantOf, changedSince } from '../../domain/customers/applicant.ts';
import { readProfile } from '../../domain/customers/record.ts';
import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerField } from '../../domain/fields.ts';
import type { CustomerId, RunId } from '../../domain/ids.ts';
import type { Happening, KycState, Transition } from '../../domain/kyc/verification.ts';
import { documentPatience, isRunning, kycAfter, transitionOf } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { ChangeableRow } from '../../store/customers/customers.ts';
import { changeCustomer, readForChange } from '../../store/customers/customers.ts';
import type { Claim, Outcome } from '../../store/idempotency-claim.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { changeRunPart, runsOf } from '../../store/kyc/runs.ts';
import type { Part } from '../../store/statement-parts.ts';
import { openProfile, openSsn } from '../customers/change.ts';
import type { Context } from '../system.ts';
import { openApplicant } from './sealing.ts';

/** What a change of a verification stands on, in a request and in the background alike. */
export type Ground = Pick<Context, 'system' | 'scope' | 'ring' | 'now' | 'journal'>;

/** A verification beside its customer's row. The row was read first, so its version guards both. */
export interface Case {
  readonly row: ChangeableRow;
  /** All of the customer's, newest first. */
  readonly runs: readonly RunRow[];
}

export async function openCase(
  { scope }: Pick<Ground, 'scope'>,
  customerId: CustomerId,
): Promise<Case | undefined> {
  const row = await readForChange(scope, customerId);
  return row && { row, runs: await runsOf(scope, customerId) };
}

export const runIn = ({ runs }: Case, id: RunId): RunRow | undefined => runs.find((run) => run.runId === id);

/** The fields that a pass locks and that have changed since a run was started. */
export async function changedSinceStart(
  ground: Pick<Ground, 'system' | 'ring'>,
  row: ChangeableRow,
  run: RunRow,
): Promise<readonly CustomerField[]> {
  const profile = readProfile(await openProfile(ground, row));
  const present = applicantOf(profile, await openSsn(ground, row));
  return changedSince(await openApplicant(ground, run), present);
}

/** An approval of data that is no longer the customer's is none. */
export async function judged(
  ground: Pick<Ground, 'system' | 'ring'>,
  row: ChangeableRow,
  run: RunRow,
  happening: Happening,
): Promise<Happening> {
  if (happening !== 'approved') return happening;
  return (await changedSinceStart(ground, row, run)).length > 0 ? 'approved_other_data' : 'approved';
}

/** What comes along with a happening. */
export interface Circumstance {
  /** Who brought it about. The provider is told to stop where it was somebody else. */
  readonly by: 'provider' | 'reviewer' | 'clientele';
  /** What is asked for, where documents are. */
  readonly documents?: readonly DocumentType[];
  /** What the provider calls the run, where it said so just now. */
  readonly reference?: string | undefined;
  /** What is in, where documents were handed in. */
  readonly submitted?: readonly DocumentType[];
}

/** Seconds until a provider is asked again, try by try; the last one stands for all that follow. */
const pauses = [1, 1, 2, 3, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600] as const;
export const pauseAfter = (tries: number): number => pauses[Math.min(tries, pauses.length - 1)] ?? 3_600;

/** A run after a transition. */
function runAfter(
  run: RunRow,
  happening: Happening,
  { status }: Transition,
  circumstance: Circumstance,
  now: Instant,
): RunRow {
  const { by, documents = run.wanted, submitted = run.submitted, reference = run.reference } = circumstance;
  const asked = happening === 'documents_wanted';
  const next: RunRow = {
    ...run,
    status,
    reference,
    updatedAt: now,
    reviewSince: status === 'under_review' ? now : undefined,
    wanted: documents,
    submitted: asked ? [] : submitted,
    documentsUntil: asked ? plusSeconds(now, documentPatience) : undefined,
    askedByReviewer: asked && by === 'reviewer',
    pollTries: 0,
    silence: undefined,
    silentSince: undefined,
  };
  return { ...next, pollAt: dueAfter(next, happening, by, now) };
}

function dueAfter(
  run: RunRow,
  happening: Happening,
  by: Circumstance['by'],
  now: Instant,
): Instant | undefined {
  // What has ended without the provider is due once more, so that the provider hears of it.
  if (!isRunning(run.status)) return by === 'provider' || run.reference === undefined ? undefined : now;
  if (happening === 'documents_complete') return now;
  // Only the person can answer a reviewer's question: until then there is nothing to ask the provider.
  return run.askedByReviewer ? run.documentsUntil : plusSeconds(now, pauseAfter(0));
}

export interface Happened {
  readonly run: RunRow;
  readonly kyc: KycState;
  readonly transition: Transition;
}

/** Decides what a happening makes of a run and of its customer; `undefined` where nothing changes. */
export function decide(
  { row, runs }: Case,
  run: RunRow,
  happening: Happening,
  circumstance: Circumstance,
  now: Instant,
): Happened | undefined {
  const transition = transitionOf(run.status, happening);
  if (!transition) return undefined;
  return {
    transition,
    run: runAfter(run, happening, transition, circumstance, now),
    kyc: kycAfter(row.kyc, transition, runs[0]?.runId === run.runId, now),
  };
}

/** Writes what has happened: run, customer, journal and what else belongs to it, in one statement. */
export function writeHappened(
  ground: Ground,
  row: ChangeableRow,
  { run, kyc, transition }: Happened,
  parts: readonly Part[] = [],
  claim?: Claim,
): Promise<Outcome> {
  const journal = ground.journal({
    customerId: run.customerId,
    event: { type: transition.event, more: { program_id: run.programId } },
    fields: kycFields(row.kyc, kyc),
    facts: { program_id: run.programId, run_id: run.runId, verification: run.status },
  });
  const change = { id: run.customerId, version: row.version, updatedAt: ground.now, kyc };
  return changeCustomer(ground.scope, change, [changeRunPart(run), ...parts, journal], claim);
}

/** The names of the customer's own fields that change along. */
export const kycFields = (before: KycState, after: KycState): readonly string[] => [
  ...(before.status === after.status ? [] : ['kyc_status']),
  ...(before.requestsAvailable === after.requestsAvailable ? [] : ['kyc_requests_available']),
];
