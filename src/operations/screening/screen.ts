import { readProfile } from '../../domain/customers/record.ts';
import type { ListEntry, ScreenedPerson } from '../../domain/screening/screening.ts';
import {
  isSameResult,
  newEntries,
  pauseSeconds,
  screenedPersonOf,
} from '../../domain/screening/screening.ts';
import { asciiJson } from '../../domain/text.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { ScreeningNoAnswer, ScreeningProvider } from '../../providers/screening/screening.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { insertMatch, matchesOf } from '../../store/screening/matches.ts';
import type { ScreeningClaim, ScreeningClaimId } from '../../store/screening/queue.ts';
import { leaveQueue, postponeScreening } from '../../store/screening/queue.ts';
import type { ScreeningRow } from '../../store/screening/screenings.ts';
import { screeningsOf, writeScreening } from '../../store/screening/screenings.ts';
import { inBackground } from '../background.ts';
import { openProfile } from '../customers/change.ts';
import type { ChangeContext, System } from '../system.ts';
import {
  matchProofContext,
  matchSealContext,
  openMatch,
  openScreening,
  screeningSealContext,
} from './sealing.ts';

const operation = 'screenCustomer';

/** A check that is to be made, by a provider whose lists have this version. */
export interface DueScreening extends ScreeningClaim {
  readonly claim: ScreeningClaimId;
  readonly provider: ScreeningProvider;
  readonly listVersion: string;
}

/**
 * Checks one customer and keeps what was found. The call holds no lock. What it finds is dropped if the name or the date
 * of birth changes during the call, or the lists do, or the customer is deleted. Answers why the provider has not
 * answered; the customer then stays in the queue.
 */
export async function screenCustomer(
  system: System,
  due: DueScreening,
): Promise<ScreeningNoAnswer | undefined> {
  const { brandId, customerId, claim, provider } = due;
  const person = await inBackground(system, brandId, operation, async (context) => {
    const row = await readCustomer(context.scope, customerId);
    return row && screenedPersonOf(readProfile(await openProfile(context, row)));
  });
  if (!person) {
    await leaveQueue(system.db, due, claim);
    return undefined;
  }
  const answer = await provider.screen(person);
  if (answer.kind === 'no_answer') {
    await postpone(system, due, answer);
    return answer;
  }
  await inBackground(system, brandId, operation, (context) => keep(context, due, person, answer.entries));
  return undefined;
}

/** Leaves a check in the queue for later. */
export async function postpone(
  system: System,
  due: ScreeningClaim & Pick<DueScreening, 'claim'>,
  { retryAfterSeconds = 0 }: ScreeningNoAnswer,
): Promise<void> {
  const pause = Math.max(pauseSeconds(due.tries), retryAfterSeconds);
  await postponeScreening(system.db, due, due.claim, plusSeconds(system.now(), pause));
}

/**
 * Writes the check, and a match for each entry that the customer was not matched with yet. The customer leaves the queue
 * with the last write. A process that dies before it leaves nothing half done: the check is made again, and raises only
 * the matches that are missing.
 */
async function keep(
  context: ChangeContext,
  due: DueScreening,
  person: ScreenedPerson,
  entries: readonly ListEntry[],
): Promise<void> {
  const { scope, keyring, system } = context;
  const { customerId, claim } = due;
  const { row, isNew } = await nextScreening(context, due, person, entries);
  const names = entries.map(({ list, entry_id }) => ({ list, entry_id }));
  const details = keyring.seal(screeningSealContext(row), asciiJson({ person, entries: names }));
  const known = entries.length === 0 ? [] : await matchesOf(scope, customerId);
  const opened = await Promise.all(known.map(async (one) => (await openMatch(context, one)).details));
  const raised = newEntries(person, entries, opened);
  const journal = { customerId, facts: { screening_id: row.screeningId } };
  const written = await writeScreening(
    scope,
    { ...row, details },
    claim,
    raised.length === 0,
    isNew ? [context.journal(journal)] : [],
  );
  if (written !== 'done' || raised.length === 0) return;
  for (const entry of raised) if (!(await raise(context, due, row, { person, entry }))) return;
  await leaveQueue(system.db, due, claim);
}

/** The last check of the customer moved on, if this one found the same; otherwise a new one. */
async function nextScreening(
  context: ChangeContext,
  { customerId, provider: { name: provider }, listVersion }: DueScreening,
  person: ScreenedPerson,
  entries: readonly ListEntry[],
): Promise<{ readonly row: Omit<ScreeningRow, 'details'>; readonly isNew: boolean }> {
  const { scope, system, now } = context;
  const [last] = await screeningsOf(scope, customerId, undefined, 1);
  const before = last && (await openScreening(context, last));
  const moved = { listVersion, checkedAt: now };
  if (before && last.provider === provider && isSameResult(before, { person, entries }))
    return { row: { ...last, ...moved, checks: last.checks + 1 }, isNew: false };
  const row = {
    screeningId: system.newId<'screening'>(),
    customerId,
    ordinal: (last?.ordinal ?? 0) + 1,
    provider,
    firstVersion: listVersion,
    firstAt: now,
    checks: 1,
    ...moved,
  };
  return { row, isNew: true };
}

/** Writes one match with its event. False if the check does not count any more. */
async function raise(
  { scope, keyring, system, now, journal }: ChangeContext,
  { customerId, claim, listVersion }: DueScreening,
  { screeningId }: Pick<ScreeningRow, 'screeningId'>,
  found: { readonly person: ScreenedPerson; readonly entry: ListEntry },
): Promise<boolean> {
  const matchId = system.newId<'match'>();
  const match = {
    matchId,
    customerId,
    screeningId,
    foundAt: now,
    status: 'open',
    version: 1,
    proposal: undefined,
    proposedBy: undefined,
    proposedAt: undefined,
    decidedBy: undefined,
    decidedAt: undefined,
  } as const;
  const details = keyring.seal(matchSealContext(match), asciiJson({ ...found, list_version: listVersion }));
  const proof = keyring.seal(matchProofContext(match), '');
  const entry = journal({
    customerId,
    event: { type: 'customer.screening.match', more: { match_id: matchId } },
    facts: { match_id: matchId, match_version: match.version },
  });
  return (await insertMatch(scope, { ...match, details, proof }, claim, [entry])) === 'done';
}
