import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { applicantOf } from '../../domain/customers/applicant.ts';
import { Refusal } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import { isRunning, kycAfter, kycFields, kycTable } from '../../domain/kyc/verification.ts';
import { invalidField } from '../../domain/problems.ts';
import { asciiJson } from '../../domain/text.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import { insertRunPart } from '../../store/kyc/runs.ts';
import { nextRow, openSsn } from '../customers/change.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import type { KycCase } from './change.ts';
import { decide, openCase, resolveApproval, writeAppliedEvent } from './change.ts';
import { sealApplicant } from './sealing.ts';
import { knownProgram, newRun, requireNotPassed } from './verifications.ts';

/** Verdicts on demand, in a sandbox only. */

export const simulateKycPass = (
  context: Context,
  { body }: Input<Contract['simulateKycPass']>,
): Promise<Answer> => simulate(context, body, 'approved');

export const simulateKycFail = (
  context: Context,
  { body }: Input<Contract['simulateKycFail']>,
): Promise<Answer> => simulate(context, body, 'declined');

interface Simulation {
  readonly customer_id: string;
  readonly program_id: string;
}

async function simulate(
  context: Context,
  { customer_id, program_id }: Simulation,
  verdict: 'approved' | 'declined',
): Promise<Answer> {
  if (context.system.environment !== 'sandbox') throw new Refusal('not_found');
  const id = parseId<'customer'>(customer_id);
  if (!id) throw invalidField('customer_id', 'Not a valid UUID.');
  const opened = await openCase(context, id);
  if (!opened) throw new Refusal('customer_dne');
  const programId = await knownProgram(context, program_id);
  requireNotPassed(opened.runs, programId, opened.row.kyc.passedAt);
  const running = opened.runs.find((run) => run.programId === programId && isRunning(run.status));
  if (!running) return writeVerdict(context, opened, programId, verdict);

  const kycEvent = await resolveApproval(context, opened, running, verdict);
  const applied = decide(opened, running, kycEvent, { by: 'clientele' }, context.now);
  if (!applied) throw new Error('A running verification has no verdict.');
  const answer = answerOf(id, applied.run.status);
  requireDone(await writeAppliedEvent(context, opened, applied, {}, context.claim?.(answer, id)));
  return answer;
}

/** A verification that is created with its verdict, on the current data. */
async function writeVerdict(
  context: Context,
  { row, runs, profile, profileText }: KycCase,
  programId: Awaited<ReturnType<typeof knownProgram>>,
  verdict: 'approved' | 'declined',
): Promise<Answer> {
  const { now, keyring, scope, system } = context;
  const transition = kycTable.submitted[verdict];
  if (!transition) throw new Error('A verdict changes nothing.');
  const id = row.head.customer_id;
  const runId = system.newId<'kyc run'>();
  const data = sealApplicant(keyring, id, runId, applicantOf(profile, await openSsn(context, row)));
  const { status, event } = transition;
  const run = newRun(context, runs, { runId, customerId: id, programId, data, status, pollAt: undefined });
  const kyc = kycAfter(row.kyc, transition, true, now);
  const journal = context.journal({
    customerId: id,
    event: { type: event, more: { program_id: programId } },
    fields: kycFields(row.kyc, kyc),
    facts: {
      program_id: programId,
      run_id: runId,
      run_version: run.revision,
      verification: status,
      record_version: row.version + 1,
    },
  });
  const answer = answerOf(id, status);
  const change = nextRow(context, row, profileText, { updatedAt: now, kyc });
  requireDone(
    await changeCustomer(scope, change, [insertRunPart(run), journal], context.claim?.(answer, id)),
  );
  return answer;
}

const answerOf = (customer_id: string, kyc_status: string): Answer => ({
  status: 200,
  body: asciiJson({ customer_id, kyc_status }),
});
