import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { Completed } from '../../domain/customers/applicant.ts';
import { applicantOf, completeForStart } from '../../domain/customers/applicant.ts';
import type { Changed } from '../../domain/customers/customer.ts';
import { applyChange } from '../../domain/customers/customer.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId, ProgramId } from '../../domain/ids.ts';
import { parseId } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { isRunning, kycAfterStart, kycFields, standingStatus } from '../../domain/kyc/verification.ts';
import { invalidField, Problems } from '../../domain/problems.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import { digitsOf } from '../../domain/values.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import { readProgram } from '../../store/kyc/programs.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { insertRunPart } from '../../store/kyc/runs.ts';
import { recordReads } from '../audit/entries.ts';
import { addressDefaultsFor } from '../customers/address-verdicts.ts';
import type { UnsealedForChange } from '../customers/change.ts';
import {
  nextRow,
  openForChange,
  openProfile,
  openSsn,
  sealChange,
  writeUnique,
} from '../customers/change.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { noteComparison } from '../lookups.ts';
import { checkProgram } from '../proofs.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { checkedRunsOf } from './change.ts';
import { proveRun, sealApplicant } from './sealing.ts';

/** Starts a verification: attempt, run and newly given fields in one statement, guarded by the customer's version. */
export async function startKyc(
  context: Context,
  { params, body }: Input<Contract['startKyc']>,
): Promise<Answer> {
  const { now, keyring, scope, system } = context;
  const id = params.customer_id;
  const opened = await openForChange(context, id, 'none');
  const programId = await knownProgram(context, body.program_id);
  // First what no other body would mend.
  const runs = await checkedRunsOf(context, id);
  refuseSecond(runs, programId, opened.row.kyc.passedAt);
  if (opened.row.kyc.requestsAvailable === 0) throw new Refusal('kyc_retries');
  const ssn = await openSsn(context, opened.row);
  const { completed, problems } = completeForStart(body, opened.profile, ssn);
  if (body.ssn !== undefined && ssn !== undefined)
    await noteComparison(context, id, digitsOf(body.ssn), digitsOf(body.ssn) === ssn);
  if (problems.any) throw new Refusal('create_kyc_schema', problems.toObject());

  const changed = await completedBy(context, opened, completed);
  const applicant = applicantOf(changed.profile, changed.ssn ?? ssn, body.ip);
  const runId = system.newId<'kyc run'>();
  const data = sealApplicant(keyring, id, runId, applicant);
  const run = newRun(context, runs, {
    runId,
    customerId: id,
    programId,
    data,
    status: 'submitted',
    pollAt: now,
  });
  const kyc = kycAfterStart(opened.row.kyc);
  const sealed = changed.fields.length > 0 ? await sealChange(context, opened, changed, kyc) : undefined;
  const journal = context.journal({
    customerId: id,
    event: { type: 'customer.updated', more: { program_id: programId } },
    fields: [...changed.fields, ...kycFields(opened.row.kyc, kyc)],
    facts: {
      program_id: programId,
      run_id: runId,
      run_version: run.revision,
      verification: run.status,
      record_version: opened.row.version + 1,
      ...sealed?.facts,
    },
    ...(sealed && { digests: sealed.digests }),
  });
  const answer: Answer = { status: 201, body: asciiJson({ customer_id: id, kyc_status: run.status }) };
  const change = sealed?.change ?? nextRow(context, opened.row, opened.profileText, { updatedAt: now, kyc });
  const parts = [insertRunPart(run), journal, ...(sealed?.parts ?? [])];
  const claim = context.claim?.(answer, id);
  const values = { ssn: changed.ssn, customerId: id };
  requireDone(
    await writeUnique(context, values, (counted) =>
      changeCustomer(scope, change, [...parts, ...counted], claim),
    ),
  );
  return answer;
}

/** @throws Refusal `invalid_program` */
export async function knownProgram(context: Context, sent: string): Promise<ProgramId> {
  const id = parseId<'program'>(sent);
  const program = id && (await readProgram(context.scope, id));
  if (!program) throw new Refusal('invalid_program');
  const { system, keyring } = context;
  await withFreshKeyring(system.keyrings, keyring, (one) => checkProgram(one, program));
  return program.programId;
}

/** @throws Refusal if the customer has passed for the program, or a verification for it is running. */
function refuseSecond(runs: readonly RunRow[], programId: ProgramId, passedAt: Instant | undefined): void {
  requireNotPassed(runs, programId, passedAt);
  if (runs.some((run) => run.programId === programId && isRunning(run.status)))
    throw new Refusal('kyc_init_fail', 'A verification of this customer for this program is running.');
}

/**
 * `passedAt` is since when the customer counts as passed. A pass from before has ended.
 *
 * @throws Refusal `kyc_reinit_fail`
 */
export function requireNotPassed(
  runs: readonly RunRow[],
  programId: ProgramId,
  passedAt: Instant | undefined,
): void {
  const pass = runs.find((run) => run.programId === programId && standingStatus(run, passedAt) === 'passed');
  if (pass)
    throw new Refusal(
      'kyc_reinit_fail',
      `The customer has passed for this program at ${withOffset(pass.updatedAt)}.`,
    );
}

/** Applies the fields of the start to the customer, under the rules of every change. */
async function completedBy(
  context: Context,
  { row, profile }: UnsealedForChange,
  completed: Completed,
): Promise<Changed> {
  const present = { profile, kyc: row.kyc, openSsn: () => undefined };
  return applyChange(present, completed, new Problems(), addressDefaultsFor(context.system, context.now));
}

interface RunStart {
  readonly runId: RunRow['runId'];
  readonly customerId: CustomerId;
  readonly programId: ProgramId;
  readonly data: string;
  readonly status: KycStatus;
  readonly pollAt: RunRow['pollAt'];
}

/** The next run of a customer. */
export const newRun = (
  { now, keyring, principal }: Context,
  runs: readonly RunRow[],
  start: RunStart,
): RunRow =>
  proveRun(keyring, {
    ...start,
    ordinal: (runs[0]?.ordinal ?? 0) + 1,
    revision: 1,
    startedAt: now,
    startedBy: principal.identity,
    updatedAt: now,
    reviewSince: undefined,
    dataSeal: 1,
    wanted: [],
    submitted: [],
    documentsUntil: undefined,
    askedByReviewer: false,
    reference: undefined,
    pollTries: 0,
    silence: undefined,
    silentSince: undefined,
  });

export async function getKyc(
  context: Context,
  { params, query }: Input<Contract['getKyc']>,
): Promise<Answer> {
  const { scope } = context;
  const id = params.customer_id;
  const programId = query.program_id === undefined ? undefined : parseId<'program'>(query.program_id);
  if (query.program_id !== undefined && !programId) throw invalidField('program_id', 'Not a valid UUID.');
  const [passedAt, runs] = await Promise.all([passOf(context, id), checkedRunsOf(context, id)]);
  const run = runs.find((one) => programId === undefined || one.programId === programId);
  if (!run) throw new Refusal('kyc_dne');
  const shown = {
    customer_id: id,
    bond_brand_id: scope.brandId,
    program_id: run.programId,
    kyc_status: await statusNow(context, id, run, passedAt),
    ...(run.wanted.length > 0 && { documents: shownDocuments(run) }),
    date_updated: withOffset(run.updatedAt),
  };
  await recordReads(context, [id]);
  return { status: 200, body: asciiJson(shown) };
}

/**
 * The status of a verification. The customer may have been read just before the verification passed: what seems to
 * be a pass that has ended is looked at again.
 */
async function statusNow(
  context: Context,
  id: CustomerId,
  run: RunRow,
  passedAt: Instant | undefined,
): Promise<KycStatus> {
  const status = standingStatus(run, passedAt);
  if (status === run.status) return status;
  return standingStatus(run, await passOf(context, id));
}

/**
 * Since when the customer counts as passed, proven; `undefined` where no pass stands.
 *
 * @throws Refusal `customer_dne`. VaultError where the customer's row was altered.
 */
export async function passOf(context: Context, id: CustomerId): Promise<Instant | undefined> {
  const customer = await readCustomer(context.scope, id);
  if (!customer) throw new Refusal('customer_dne');
  await openProfile(context, customer);
  return customer.kycPassedAt;
}

/** The documents requested last, with the status of each. */
export const shownDocuments = ({ wanted, submitted }: RunRow) =>
  wanted.map((type) => ({
    document_type: type,
    status: submitted.includes(type) ? 'submitted' : 'required',
  }));
