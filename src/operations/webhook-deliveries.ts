import type { Input } from '../contract/operation.ts';
import type { Contract } from '../contract/table.ts';
import { Refusal } from '../domain/errors.ts';
import { cursorAfter, parseCursor } from '../domain/paging.ts';
import { asciiJson } from '../domain/text.ts';
import { parseInstant, wireTime } from '../domain/time.ts';
import { maxReplay, wants } from '../domain/webhook.ts';
import type { AttemptRow, DeliveryRow } from '../store/deliveries.ts';
import { listDeliveries as listRows } from '../store/deliveries.ts';
import type { Replay } from '../store/webhooks.ts';
import { readReplayable, readWebhook, replayDeliveries } from '../store/webhooks.ts';
import { readSealed } from './keyrings.ts';
import { done } from './run.ts';
import type { Answer, Context } from './system.ts';
import { placeOfAnswer } from './webhook-sealing.ts';

const usualItems = 20;
const beyondAll = 0x7fff_ffff_ffff_ffffn;

export async function listDeliveries(
  context: Context,
  { params, query }: Input<Contract['listDeliveries']>,
): Promise<Answer> {
  const before = query.cursor === undefined ? beyondAll : parseCursor(query.cursor);
  if (before === undefined) throw new Refusal('webhooks_err', { cursor: ['Not a valid value.'] });
  if (!(await readWebhook(context.scope, params.webhook_id))) throw new Refusal('webhook_dne');
  const limit = query.limit ?? usualItems;
  const rows = await listRows(context.scope, params.webhook_id, {
    status: query.status,
    before,
    most: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const data = await Promise.all(page.map((row) => shown(context, row)));
  return { status: 200, body: asciiJson({ data, next_cursor: last ? cursorAfter(last.number) : null }) };
}

async function shown(context: Context, row: DeliveryRow) {
  return {
    delivery_id: row.deliveryId,
    event_id: row.eventId,
    number: Number(row.number),
    event: row.type,
    ...(row.customerId !== undefined && { customer_id: row.customerId }),
    status: row.status,
    ...(row.status === 'pending' && { next_attempt_at: wireTime(row.dueAt, 'change') }),
    attempts: await Promise.all(row.attempts.map((attempt) => shownAttempt(context, attempt))),
  };
}

async function shownAttempt({ system, ring }: Context, attempt: AttemptRow) {
  const { attemptId, statusCode, answer } = attempt;
  return {
    attempted_at: wireTime(attempt.at, 'change'),
    outcome: attempt.outcome,
    ...(statusCode !== undefined && { status_code: statusCode }),
    latency_ms: attempt.latencyMillis,
    ...(answer !== undefined && {
      answer: await readSealed(system.keyrings, ring, placeOfAnswer(attemptId), answer),
    }),
  };
}

/** Sends events again. What one request names and the subscription is not for is left out, but for one event. */
export async function replayWebhook(
  context: Context,
  { params, body }: Input<Contract['replayWebhook']>,
): Promise<Answer> {
  const { scope, now } = context;
  const row = await readWebhook(scope, params.webhook_id);
  if (!row) throw new Refusal('webhook_dne');
  const what = replayOf(body);
  const found = await readReplayable(scope, row.id, what, maxReplay + 1);
  const wanted = found
    .slice(0, maxReplay)
    .filter(({ type }) => what.kind === 'event' || what.kind === 'dead' || wants(row.events, type));
  const answer: Answer = {
    status: 200,
    body: asciiJson({
      webhook_id: row.id,
      replayed: wanted.length,
      complete: found.length <= maxReplay,
    }),
  };
  const numbers = wanted.map(({ number }) => number);
  const journal = context.journal({ facts: { webhook_id: row.id, replayed: numbers.length } });
  await done(replayDeliveries(scope, row, numbers, now, journal, context.claim?.(answer, undefined)));
  return answer;
}

type ReplayBody = Input<Contract['replayWebhook']>['body'];

/** The one way that was asked for; the check of the body has seen that there is one. */
function replayOf(body: ReplayBody): Replay {
  const { event_id: eventId, from_number: first, to_number: last } = body;
  if (eventId !== undefined) return { kind: 'event', eventId: eventId.toLowerCase() };
  if (first !== undefined && last !== undefined) return { kind: 'numbers', from: first, to: last };
  const from = body.from === undefined ? undefined : parseInstant(body.from);
  const to = body.to === undefined ? undefined : parseInstant(body.to);
  return from !== undefined && to !== undefined ? { kind: 'times', from, to } : { kind: 'dead' };
}
