import type { AuditFacts } from '../../contract/audit-facts.ts';
import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { WantedChange } from '../../domain/customers/change-request.ts';
import { endsPass } from '../../domain/customers/change-request.ts';
import type { Changed, CustomerChange, StoredCustomer } from '../../domain/customers/customer.ts';
import { applyChange } from '../../domain/customers/customer.ts';
import { maskedNumber, numberOf } from '../../domain/customers/identification.ts';
import { Refusal } from '../../domain/errors.ts';
import { isLocked, kycAfterPassEnded, kycFields } from '../../domain/kyc/verification.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { Problems } from '../../domain/problems.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type {
  ChangeRequestId,
  ChangeRequestRow,
  SealedChangeRequest,
} from '../../store/customers/change-requests.ts';
import {
  decisionPart,
  listChangeRequests as list,
  proposalPart,
  readChangeRequest,
} from '../../store/customers/change-requests.ts';
import type { CustomerRowChange } from '../../store/customers/writes.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import { recordReads } from '../audit/entries.ts';
import { requireSecondPerson } from '../four-eyes.ts';
import type { ChangeRecord } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { addressDefaultsFor } from './address-verdicts.ts';
import type { UnsealedForChange } from './change.ts';
import {
  hasNumber,
  nextRow,
  noteUnchangedNumber,
  openForChange,
  openSsn,
  sealChange,
  writeUnique,
} from './change.ts';

/**
 * Changes of locked fields by approval. A proposal is validated like a PATCH, without the lock: once when it is
 * made, so that the caller gets all errors, and again at the approval, on the customer's data at that time.
 */

export async function createChangeRequest(
  context: Context,
  { params, body }: Input<Contract['createChangeRequest']>,
): Promise<Answer> {
  const { keyring, now, principal, scope, system } = context;
  const opened = await openForChange(context, params.customer_id, 'none');
  // The stored number is not opened: a full number is a change, whether or not it is the present one.
  const { fields } = decide(context, opened, body.changes, undefined);
  if (!isRefusedByLock(context, opened, body.changes)) throw new Refusal('change_request_needless');
  const id = system.newId<'change_request'>();
  const facts: ProvenFacts = {
    id,
    customerId: params.customer_id,
    status: 'pending',
    fields,
    requestedBy: principal.identity,
    decidedBy: undefined,
    createdAt: now,
    decidedAt: undefined,
  };
  const request: Omit<SealedChangeRequest, 'seq'> = {
    ...facts,
    wanted: keyring.seal(changeRequestSealContext(id, 'wanted'), JSON.stringify(body.changes)),
    reason: keyring.seal(changeRequestSealContext(id, 'reason'), cleanText(body.reason)),
    note: undefined,
    verifiedElsewhere: undefined,
    proof: keyring.seal(proofContext(facts), ''),
  };
  const answer: Answer = { status: 201, body: asciiJson(shown(request)) };
  const journal = context.journal({
    customerId: params.customer_id,
    facts: { change_request_id: id, proposed_fields: fields, record_version: opened.row.version + 1 },
  });
  const claim = context.claim?.(answer, params.customer_id);
  requireDone(
    await changeCustomer(scope, versionOnlyChange(context, opened), [proposalPart(request), journal], claim),
  );
  return answer;
}

export async function listChangeRequests(
  context: Context,
  { query }: Input<Contract['listChangeRequests']>,
): Promise<Answer> {
  const { scope } = context;
  const { status, customer_id: customerId, order = 'oldest' } = query;
  const cursors = { parse: parseCursor, after: ({ seq }: ChangeRequestRow) => cursorAfter(seq) };
  const { rows, next_cursor } = await pageOf(query, cursors, (after, most) =>
    list(scope, order, { status, customerId, after, most }),
  );
  await Promise.all(rows.map((row) => checkProof(context, row)));
  return { status: 200, body: asciiJson({ data: rows.map(shown), next_cursor }) };
}

export async function getChangeRequest(
  context: Context,
  { params }: Input<Contract['getChangeRequest']>,
): Promise<Answer> {
  const request = await readChangeRequest(context.scope, params.change_request_id);
  if (!request) throw new Refusal('change_request_dne');
  const body = asciiJson(await shownInFull(context, request));
  await recordReads(context, [request.customerId]);
  return { status: 200, body };
}

/** A request with its values, its reason and the note of its decision. @throws VaultError where it was altered. */
export async function shownInFull(context: Keys, request: SealedChangeRequest): Promise<object> {
  await checkProof(context, request);
  const { changes } = await wantedBy(context, request);
  const number = numberOf(changes);
  const masked = number === undefined ? changes : { ...changes, ...maskedNumber(number) };
  const opened = (column: 'note' | 'verified_elsewhere', sealed: string | undefined) =>
    sealed === undefined ? undefined : open(context, changeRequestSealContext(request.id, column), sealed);
  const note = await opened('note', request.note);
  const elsewhere = await opened('verified_elsewhere', request.verifiedElsewhere);
  return {
    ...shown(request),
    changes: masked,
    reason: await open(context, changeRequestSealContext(request.id, 'reason'), request.reason),
    ...(note !== undefined && { note }),
    ...(elsewhere !== undefined && { verified_elsewhere: elsewhere }),
  };
}

export async function decideChangeRequest(
  context: Context,
  { params, body }: Input<Contract['decideChangeRequest']>,
): Promise<Answer> {
  const { now, principal, keyring, scope } = context;
  const request = await read(context, params.change_request_id);
  const opened = await openForChange(context, request.customerId, 'none').catch((error: unknown) => {
    // The customer was deleted a moment ago, and the request ended with it.
    const isGone = error instanceof Refusal && error.code === 'customer_dne';
    throw isGone ? new Refusal('change_request_dne') : error;
  });
  // Read again after the customer, because a concurrent decision also changes the customer.
  const { id, status } = await read(context, params.change_request_id);
  if (status !== 'pending') throw new Refusal('change_request_decided');
  // To decline one's own proposal is to withdraw it.
  if (body.decision === 'approve') await requireSecondPerson(context, [request.requestedBy]);
  const decided = {
    status: body.decision === 'approve' ? 'approved' : 'declined',
    decidedBy: principal.identity,
    decidedAt: now,
  } as const;
  const sealText = (column: 'note' | 'verified_elsewhere', text: string | undefined) =>
    text === undefined ? undefined : keyring.seal(changeRequestSealContext(id, column), cleanText(text));
  const decision = {
    id,
    ...decided,
    proof: keyring.seal(proofContext({ ...request, ...decided }), ''),
    note: sealText('note', body.note),
    verifiedElsewhere: sealText('verified_elsewhere', body.verified_elsewhere),
  } as const;
  const answer: Answer = { status: 200, body: asciiJson(shown({ ...request, ...decision })) };
  const isVerified = body.verified_elsewhere !== undefined;
  const { change, changeRecord, ssn, facts, parts } =
    body.decision === 'approve'
      ? await approval(context, opened, (await wantedBy(context, request)).changes, isVerified)
      : unchanged(context, opened);
  const journal = context.journal({
    customerId: request.customerId,
    facts: {
      change_request_id: id,
      decision: body.decision,
      record_version: opened.row.version + 1,
      ...facts,
    },
    ...changeRecord,
  });
  const claim = context.claim?.(answer, request.customerId);
  const values = { ssn, customerId: request.customerId };
  requireDone(
    await writeUnique(context, values, (counted) =>
      changeCustomer(scope, change, [decisionPart(decision), journal, ...parts, ...counted], claim),
    ),
  );
  return answer;
}

/** What a decision does to the customer and to the audit trail. */
interface Effect {
  readonly change: CustomerRowChange;
  readonly changeRecord: Pick<ChangeRecord, 'event' | 'fields' | 'digests'> | undefined;
  /** The new number, if there is one. */
  readonly ssn: string | undefined;
  readonly facts: AuditFacts;
  readonly parts: readonly StatementPart[];
}

const unchanged = (context: Context, opened: UnsealedForChange): Effect => ({
  change: versionOnlyChange(context, opened),
  changeRecord: undefined,
  ssn: undefined,
  facts: {},
  parts: [],
});

/**
 * Applies the requested values to the current customer. They may equal the current values. A new SSN or date of birth
 * ends the pass, unless the approver says how it was verified.
 */
async function approval(
  context: Context,
  opened: UnsealedForChange,
  changes: CustomerChange,
  isVerified: boolean,
): Promise<Effect> {
  const stored = hasNumber(changes) ? await openSsn(context, opened.row) : undefined;
  const changed = decide(context, opened, changes, stored);
  await noteUnchangedNumber(context, opened.row.head.customer_id, changes, changed);
  if (changed.fields.length === 0) return unchanged(context, opened);
  const before = opened.row.kyc;
  const isVouchedFor = isLocked(before) && endsPass(changed.fields);
  const kyc = isVouchedFor && !isVerified ? kycAfterPassEnded(before) : before;
  const { change, digests, facts, parts } = await sealChange(context, opened, changed, kyc);
  const fields = [...changed.fields, ...kycFields(before, kyc)];
  return {
    change,
    ssn: changed.ssn,
    changeRecord: { event: { type: 'customer.updated' }, fields, digests },
    facts: { ...facts, ...(isVouchedFor && { pass: isVerified ? 'kept' : 'ended' }) },
    parts,
  };
}

/** A change of the version only, which lets one of two concurrent decisions succeed. */
const versionOnlyChange = (context: Context, { row, profileText }: UnsealedForChange) =>
  nextRow(context, row, profileText, {});

/**
 * The requested change, decided without the lock and beside the stored SSN.
 *
 * @throws Refusal `edit_customer_schema`, with paths as they were sent.
 */
function decide(
  context: Context,
  opened: UnsealedForChange,
  changes: CustomerChange,
  ssn: string | undefined,
): Changed {
  const unlocked = { ...opened.row.kyc, passedAt: undefined };
  try {
    return applied(context, { profile: opened.profile, kyc: unlocked, openSsn: () => ssn }, changes);
  } catch (error) {
    if (!(error instanceof Refusal) || typeof error.detail === 'string') throw error;
    const below = Object.entries(error.detail).map(([path, sentences]) => [`changes.${path}`, sentences]);
    throw new Refusal(error.code, Object.fromEntries(below));
  }
}

function isRefusedByLock(
  context: Context,
  { row, profile }: UnsealedForChange,
  changes: CustomerChange,
): boolean {
  if (!isLocked(row.kyc)) return false;
  try {
    applied(context, { profile, kyc: row.kyc, openSsn: () => undefined }, changes);
    return false;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'kyc_customer') return true;
    throw error;
  }
}

const applied = (context: Context, present: StoredCustomer, changes: CustomerChange): Changed =>
  applyChange(present, changes, new Problems(), addressDefaultsFor(context.system, context.now));

async function read(context: Context, id: ChangeRequestId): Promise<SealedChangeRequest> {
  const request = await readChangeRequest(context.scope, id);
  if (!request) throw new Refusal('change_request_dne');
  await checkProof(context, request);
  return request;
}

/** The facts of a request that its proof is bound to. */
type ProvenFacts = Omit<ChangeRequestRow, 'seq' | 'proof'>;

const proofContext = (request: ProvenFacts): SealContext =>
  sealContext('change_requests.proof', {
    customer_id: request.customerId,
    change_request_id: request.id,
    status: request.status,
    fields: request.fields,
    requested_by: request.requestedBy,
    decided_by: request.decidedBy,
    created_at: request.createdAt,
    decided_at: request.decidedAt,
  });

/** @throws VaultError where the row was altered. */
const checkProof = (context: Keys, request: ChangeRequestRow): Promise<string> =>
  open(context, proofContext(request), request.proof);

async function wantedBy(
  context: Keys,
  { id, wanted }: SealedChangeRequest,
): Promise<Pick<WantedChange, 'changes'>> {
  return {
    changes: JSON.parse(
      await open(context, changeRequestSealContext(id, 'wanted'), wanted),
    ) as CustomerChange,
  };
}

type Keys = Pick<Context, 'system' | 'keyring'>;

const open = ({ system, keyring }: Keys, place: SealContext, sealed: string): Promise<string> =>
  readSealed(system.keyrings, keyring, place, sealed);

const changeRequestSealContext = (
  id: ChangeRequestId,
  column: 'wanted' | 'reason' | 'note' | 'verified_elsewhere',
): SealContext => sealContext(`change_requests.${column}`, { change_request_id: id });

const shown = (request: ProvenFacts) => ({
  change_request_id: request.id,
  customer_id: request.customerId,
  status: request.status,
  fields: request.fields,
  requested_by: request.requestedBy,
  ...(request.decidedBy !== undefined && { decided_by: request.decidedBy }),
  date_created: withOffset(request.createdAt),
  ...(request.decidedAt !== undefined && { date_decided: withOffset(request.decidedAt) }),
});
