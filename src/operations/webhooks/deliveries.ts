import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { Id } from '../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { asciiJson } from '../../domain/text.ts';
import { parseInstant, withOffset } from '../../domain/time.ts';
import { typesOf } from '../../domain/webhooks/events.ts';
import { maxReplayedEvents, missingScopes } from '../../domain/webhooks/subscription.ts';
import type { AttemptRow, DeliveryRow } from '../../store/webhooks/delivery-records.ts';
import { listDeliveries as listRows, readDelivery, readSent } from '../../store/webhooks/delivery-records.ts';
import type { Replay } from '../../store/webhooks/subscriptions.ts';
import { readReplayable, readWebhook, replayDeliveries } from '../../store/webhooks/subscriptions.ts';
import { VaultError } from '../../vault/vault.ts';
import { recordReads } from '../audit/entries.ts';
import { requireProvenEvent } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { timestampOf } from './messages.ts';
import { answerSealContext, isBodyOf, openSettings, payloadSealContext } from './sealing.ts';

const beyondAll = 0x7fff_ffff_ffff_ffffn;

export async function listDeliveries(
  context: Context,
  { params, query }: Input<Contract['listDeliveries']>,
): Promise<Answer> {
  const { scope } = context;
  const cursors = { parse: parseCursor, after: ({ number }: DeliveryRow) => cursorAfter(number) };
  const { rows, next_cursor } = await pageOf(query, cursors, async (before = beyondAll, most) => {
    if (!(await readWebhook(scope, params.webhook_id))) throw new Refusal('webhook_dne');
    return listRows(scope, params.webhook_id, { status: query.status, before, most });
  });
  const hasAnswers = rows.some(({ attempts }) => attempts.some(({ answer }) => answer !== undefined));
  // To know where the receiver is, its name is looked up.
  const mayShow = hasAnswers ? await answersFor(context, params.webhook_id) : () => false;
  const data = await Promise.all(rows.map((row) => shown(context, row, mayShow(row))));
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

export async function getDelivery(
  context: Context,
  { params }: Input<Contract['getDelivery']>,
): Promise<Answer> {
  const { scope } = context;
  const webhook = await readWebhook(scope, params.webhook_id);
  if (!webhook) throw new Refusal('webhook_dne');
  const row = await readDelivery(scope, webhook.id, params.delivery_id);
  if (!row) throw new Refusal('delivery_dne');
  const { url } = await openSettings(context, webhook);
  const mayShow = await answersFor(context, webhook.id);
  const body = await sentBody(context, row);
  const lastAt = row.attempts.at(-1)?.at;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': row.eventId,
    ...(lastAt && { 'webhook-timestamp': timestampOf(lastAt) }),
  };
  const request = { url, headers, ...(body !== undefined && { body }) };
  return { status: 200, body: asciiJson({ ...(await shown(context, row, mayShow(row))), request }) };
}

/**
 * The body of a delivery, as far as the key may read it. To show the whole customer is a read of the customer.
 *
 * @throws VaultError where it was altered.
 */
async function sentBody(context: Context, row: DeliveryRow): Promise<string | undefined> {
  const { system, principal, scope, keyring } = context;
  if (missingScopes(row.isFull ? 'full' : 'thin', principal.scopes).length > 0) return undefined;
  const sent = await readSent(scope, row.deliveryId);
  if (!sent) return undefined;
  requireProvenEvent(system, scope.brandId, sent.event);
  if (!row.isFull) return sent.event.payload;
  if (sent.full === undefined || sent.event.customerId === undefined) return undefined;
  const body = await readSealed(system.keyrings, keyring, payloadSealContext(row.deliveryId), sent.full);
  if (!isBodyOf(sent.event, body))
    throw new VaultError('unreadable', `The payload of the delivery ${row.deliveryId} was altered.`);
  await recordReads(context, [sent.event.customerId]);
  return body;
}

/**
 * Of which deliveries the key may read the receiver's answers. An answer can repeat what was sent, so it needs the
 * scopes of that; and what is inside the operator's networks is no key's to read.
 */
async function answersFor(context: Context, id: Id<'webhook'>): Promise<(row: DeliveryRow) => boolean> {
  const { system, principal, scope } = context;
  const row = await readWebhook(scope, id);
  const url = row && (await openSettings(context, row)).url;
  const isInside = url === undefined || (await system.outbound.locate(url)) === 'inside';
  return ({ isFull }) => !isInside && missingScopes(isFull ? 'full' : 'thin', principal.scopes).length === 0;
}

async function shown(context: Context, row: DeliveryRow, withAnswers: boolean) {
  const mayReadEvents = missingScopes('thin', context.principal.scopes).length === 0;
  return {
    delivery_id: row.deliveryId,
    event_id: row.eventId,
    number: Number(row.number),
    event: row.type,
    // Who it is about is what the event says.
    ...(row.customerId !== undefined && mayReadEvents && { customer_id: row.customerId }),
    status: row.status,
    ...(row.status === 'pending' && { next_attempt_at: withOffset(row.dueAt) }),
    attempts: await Promise.all(row.attempts.map((attempt) => shownAttempt(context, attempt, withAnswers))),
  };
}

async function shownAttempt({ system, keyring }: Context, attempt: AttemptRow, withAnswer: boolean) {
  const { attemptId, statusCode, answer } = attempt;
  return {
    attempted_at: withOffset(attempt.at),
    outcome: attempt.outcome,
    ...(statusCode !== undefined && { status_code: statusCode }),
    latency_ms: attempt.latencyMillis,
    ...(withAnswer &&
      answer !== undefined && {
        answer: await readSealed(system.keyrings, keyring, answerSealContext(attemptId), answer),
      }),
  };
}

/** Sends up to `maxReplayedEvents` events again; the cursor in the answer continues with the rest. */
export async function replayWebhook(
  context: Context,
  { params, body }: Input<Contract['replayWebhook']>,
): Promise<Answer> {
  const { scope, now } = context;
  const row = await readWebhook(scope, params.webhook_id);
  if (!row) throw new Refusal('webhook_dne');
  const wanted = replayOf(body, row.events);
  const cursors = { parse: parseCursor, after: (number: string) => cursorAfter(BigInt(number)) };
  const { rows: numbers, next_cursor } = await pageOf(
    { limit: maxReplayedEvents, ...(body.cursor !== undefined && { cursor: body.cursor }) },
    cursors,
    (after = 0n, most) => readReplayable(scope, row.id, wanted, after, most),
  );
  const answer: Answer = {
    status: 200,
    body: asciiJson({
      webhook_id: row.id,
      replayed: numbers.length,
      next_cursor,
    }),
  };
  const journal = context.journal({ facts: { webhook_id: row.id, replayed: numbers.length } });
  requireDone(await replayDeliveries(scope, row, numbers, now, journal, context.claim?.(answer, undefined)));
  return answer;
}

type ReplayBody = Input<Contract['replayWebhook']>['body'];

/**
 * The selected events; the body check ensures one selection. A range includes only event types of the subscription.
 */
function replayOf(body: ReplayBody, events: readonly string[]): Replay {
  const types = events.flatMap(typesOf);
  const { event_id: eventId, from_number: first, to_number: last } = body;
  if (eventId !== undefined) return { kind: 'event', eventId: eventId.toLowerCase() };
  if (first !== undefined && last !== undefined) return { kind: 'numbers', from: first, to: last, types };
  const from = body.from === undefined ? undefined : parseInstant(body.from);
  const to = body.to === undefined ? undefined : parseInstant(body.to);
  return from !== undefined && to !== undefined ? { kind: 'times', from, to, types } : { kind: 'dead' };
}
