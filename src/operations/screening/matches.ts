import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import type { MatchId, MatchRow } from '../../store/screening/matches.ts';
import { changeMatch, listMatches, readMatch } from '../../store/screening/matches.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { requireSecondPerson } from '../four-eyes.ts';
import type { ChangeRecord } from '../journal.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { briefMatch, shownMatch } from './records.ts';
import type { MatchState } from './sealing.ts';
import { checkMatch, matchNoteContext, matchProofContext, matchReasonContext } from './sealing.ts';

/**
 * The queue of matches. One person proposes that a match is a false positive or confirmed, with a reason, and another one
 * approves it. A match changes nothing about its customer.
 */

export async function listScreeningMatches(
  context: Context,
  { query }: Input<Contract['listScreeningMatches']>,
): Promise<Answer> {
  const { status, customer_id: customerId, order = 'oldest' } = query;
  const cursors = { parse: parseCursor, after: ({ seq }: MatchRow) => cursorAfter(seq) };
  const { rows, next_cursor } = await pageOf(query, cursors, (after, most) =>
    listMatches(context.scope, order, { status, customerId, after, most }),
  );
  await Promise.all(rows.map((row) => checkMatch(context, row)));
  return { status: 200, body: asciiJson({ data: rows.map(briefMatch), next_cursor }) };
}

export async function getScreeningMatch(
  context: Context,
  { params }: Input<Contract['getScreeningMatch']>,
): Promise<Answer> {
  const match = await read(context, params.match_id);
  const body = asciiJson(await shownMatch(context, match));
  const { customerId, matchId } = match;
  await writeParts(context.scope, [context.journal({ customerId, facts: { match_id: matchId } })]);
  return { status: 200, body };
}

export async function proposeScreeningDecision(
  context: Context,
  { params, body }: Input<Contract['proposeScreeningDecision']>,
): Promise<Answer> {
  const match = await read(context, params.match_id);
  if (match.status === 'proposed') refuse('A decision is proposed already: approve or decline it.');
  if (match.status !== 'open') refuse('It has been decided already.');
  const next = {
    ...match,
    status: 'proposed',
    proposal: body.decision,
    proposedBy: context.principal.identity,
    proposedAt: context.now,
  } as const;
  const words = cleanText(body.reason);
  const reason = context.keyring.seal(matchReasonContext(next), words);
  return write(context, { ...next, reason }, words, { proposed_decision: body.decision });
}

export async function decideScreeningMatch(
  context: Context,
  { params, body }: Input<Contract['decideScreeningMatch']>,
): Promise<Answer> {
  const match = await read(context, params.match_id);
  const { proposal } = match;
  if (match.status === 'open' || proposal === undefined)
    refuse('No decision is proposed: propose one first.');
  if (match.status !== 'proposed') refuse('It has been decided already.');
  const words = body.note === undefined ? undefined : cleanText(body.note);
  const facts = { decision: body.decision };
  if (body.decision === 'decline') return write(context, withdrawn(match), words, facts);
  await requireSecondPerson(context, [match.proposedBy]);
  const next = {
    ...match,
    status: proposal,
    decidedBy: context.principal.identity,
    decidedAt: context.now,
  } as const;
  const note = words === undefined ? undefined : context.keyring.seal(matchNoteContext(next), words);
  return write(context, { ...next, note }, words, facts);
}

/** To decline one's own proposal is to withdraw it. What was proposed, and why, stays in the audit trail. */
const withdrawn = (match: MatchRow): MatchRow => ({
  ...match,
  status: 'open',
  proposal: undefined,
  proposedBy: undefined,
  proposedAt: undefined,
  reason: undefined,
});

function refuse(sentence: string): never {
  throw new Refusal('screening_match_state', sentence);
}

/** Writes the next version of a match. `words`: what the caller said, which the audit trail keeps sealed. */
async function write(
  context: Context,
  changed: MatchRow,
  words: string | undefined,
  facts: ChangeRecord['facts'],
): Promise<Answer> {
  const { keyring, scope } = context;
  const state: MatchState = { ...changed, version: changed.version + 1 };
  const match = { ...changed, ...state, proof: keyring.seal(matchProofContext(state), '') };
  const { customerId, matchId, version } = match;
  const answer: Answer = { status: 200, body: asciiJson(briefMatch(match)) };
  const journal = context.journal({
    customerId,
    facts: { match_id: matchId, match_version: version, ...facts },
    ...(words !== undefined && words !== '' && { reason: { words, keyring } }),
  });
  requireDone(await changeMatch(scope, match, [journal], context.claim?.(answer, customerId)));
  return answer;
}

/** @throws Refusal `screening_match_dne`; VaultError where the row was altered. */
async function read(context: Context, id: MatchId): Promise<MatchRow> {
  const match = await readMatch(context.scope, id);
  if (!match) throw new Refusal('screening_match_dne');
  await checkMatch(context, match);
  return match;
}
