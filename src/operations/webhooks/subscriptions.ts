import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { Id } from '../../domain/ids.ts';
import { invalidField } from '../../domain/problems.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { plusSeconds } from '../../domain/time.ts';
import { challengeEvent } from '../../domain/webhooks/challenge.ts';
import type { PayloadKind } from '../../domain/webhooks/subscription.ts';
import { maxWebhooks, missingScopes, secretOverlapHours, urlOf } from '../../domain/webhooks/subscription.ts';
import type { Place } from '../../providers/outbound/target.ts';
import { isRefusal } from '../../providers/outbound/target.ts';
import { makeSecret } from '../../providers/signature.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import {
  challengeAgain,
  changeWebhook,
  insertWebhook,
  insertWebhookEntry,
  listWebhooks as listRows,
  readWebhook,
  removeWebhook,
} from '../../store/webhooks/subscriptions.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { ownershipOf } from './challenge.ts';
import type { WebhookSettings } from './sealing.ts';
import { openSettings, sealSettings } from './sealing.ts';
import type { Opened } from './shown.ts';
import { answerOf, shown, stoppedSentence } from './shown.ts';
import { factsOf } from './standing.ts';

/** @throws Refusal `webhook_dne` */
async function openWebhook(context: Context, id: Id<'webhook'>): Promise<Opened> {
  const row = await readWebhook(context.scope, id);
  if (!row) throw new Refusal('webhook_dne');
  return { row, settings: await openSettings(context, row), now: context.now };
}

export async function createWebhook(
  context: Context,
  { body }: Input<Contract['createWebhook']>,
): Promise<Answer> {
  const { system, scope, keyring, now } = context;
  const payload = body.payload ?? 'thin';
  requireScopes(context, payload);
  const target = await checkedTarget(context, body);
  if ((await listRows(scope)).length >= maxWebhooks)
    throw new Refusal('webhooks_err', `A brand has at most ${maxWebhooks} webhook subscriptions.`);
  const { challenge, ...standing } = ownershipOf(system, target?.place ?? 'public');
  const settings = {
    url: target?.url ?? '',
    description: cleanText(body.description ?? ''),
    secret: makeSecret(),
    ...(challenge !== undefined && { challenge }),
  };
  const id = system.newId<'webhook'>();
  const bare: WebhookRow = {
    id,
    settings: '',
    settingsSeal: 0,
    events: body.events,
    payload,
    status: body.status ?? 'STATUS_ENABLED',
    createdAt: now,
    updatedAt: now,
    failingSince: undefined,
    keyId: answeringKey(context),
    stopped: undefined,
    ...standing,
  };
  const row = sealSettings(keyring, bare, settings);
  const answer: Answer = { status: 201, body: answerOf({ row, settings, now }, settings.secret) };
  const journal = context.journal({
    facts: { ...factsOf({ row, settings }), record_version: row.settingsSeal },
  });
  const repeated = { ...answer, body: answerOf({ row, settings, now }) };
  requireDone(await insertWebhook(scope, row, journal, context.claim?.(repeated, undefined)));
  return answer;
}

export async function listWebhooks(context: Context): Promise<Answer> {
  const rows = await listRows(context.scope);
  const opened = await Promise.all(
    rows.map(async (row) => ({ row, settings: await openSettings(context, row), now: context.now })),
  );
  return { status: 200, body: asciiJson({ webhook_subscriptions: opened.map((one) => shown(one)) }) };
}

export async function getWebhook(
  context: Context,
  { params }: Input<Contract['getWebhook']>,
): Promise<Answer> {
  return { status: 200, body: answerOf(await openWebhook(context, params.webhook_id)) };
}

export async function updateWebhook(
  context: Context,
  { params, body }: Input<Contract['updateWebhook']>,
): Promise<Answer> {
  const { row, settings } = await openWebhook(context, params.webhook_id);
  // Every key that may change subscriptions may end one. It shows nothing then.
  if (Object.keys(body).length === 1 && body.status === 'STATUS_DISABLED')
    return change(context, row, { ...row, status: body.status, failingSince: undefined }, settings, {
      fields: ['status'],
    });
  const payload = body.payload ?? row.payload;
  requireScopes(context, payload);
  const target = await checkedTarget(context, body);
  const { callback_url: _, ...fields } = { ...body, ...(target && { url: target.url }) };
  const isAsked = target !== undefined && (target.url !== settings.url || row.ownership === 'unverified');
  const { challenge, ...standing } = isAsked
    ? ownershipOf(context.system, target.place)
    : { ...row, challenge: settings.challenge };
  const { challenge: __, ...kept } = settings;
  return change(
    context,
    row,
    {
      ...row,
      ...standing,
      events: body.events ?? row.events,
      payload,
      status: body.status ?? row.status,
      // A new URL and a re-enabled subscription start without failures.
      failingSince: target !== undefined || body.status !== undefined ? undefined : row.failingSince,
      keyId: answeringKey(context),
      stopped: undefined,
    },
    {
      ...kept,
      ...(challenge !== undefined && { challenge }),
      url: target?.url ?? settings.url,
      description: body.description === undefined ? settings.description : cleanText(body.description),
    },
    { fields: Object.keys(fields) },
  );
}

export async function rotateWebhookSecret(
  context: Context,
  { params, body }: Input<Contract['rotateWebhookSecret']>,
): Promise<Answer> {
  const { row, settings } = await openWebhook(context, params.webhook_id);
  const { previous: _, ...kept } = settings;
  const hours = body.overlap_hours ?? secretOverlapHours.usual;
  const until = plusSeconds(context.now, hours * 3_600);
  const secret = makeSecret();
  const next = {
    ...kept,
    secret,
    ...(hours > 0 && { previous: { secret: settings.secret, until } }),
  };
  return change(context, row, row, next, { secret });
}

async function change(
  context: Context,
  before: WebhookRow,
  wanted: WebhookRow,
  settings: WebhookSettings,
  { fields, secret }: { readonly fields?: readonly string[]; readonly secret?: string },
): Promise<Answer> {
  const row = sealSettings(context.keyring, { ...wanted, updatedAt: context.now }, settings);
  const answer: Answer = { status: 200, body: answerOf({ row, settings, now: context.now }, secret) };
  // A repeat shows no secret: it is in the first answer alone.
  const repeated = { ...answer, body: answerOf({ row, settings, now: context.now }) };
  const journal = context.journal({
    ...(fields && { fields }),
    facts: { ...factsOf({ row, settings }), record_version: row.settingsSeal },
  });
  requireDone(await changeWebhook(context.scope, before, row, journal, context.claim?.(repeated, undefined)));
  return answer;
}

export async function deleteWebhook(
  context: Context,
  { params }: Input<Contract['deleteWebhook']>,
): Promise<Answer> {
  const opened = await openWebhook(context, params.webhook_id);
  const answer: Answer = { status: 200, body: answerOf(opened) };
  const journal = context.journal({
    facts: { webhook_id: opened.row.id, record_version: opened.row.settingsSeal + 1 },
  });
  requireDone(await removeWebhook(context.scope, opened.row, journal, context.claim?.(answer, undefined)));
  return answer;
}

/** Writes an event that only this subscription receives. An unverified one gets its challenge again instead. */
export async function testWebhook(
  context: Context,
  { params }: Input<Contract['testWebhook']>,
): Promise<Answer> {
  const { row } = await openWebhook(context, params.webhook_id);
  if (row.status === 'STATUS_DISABLED')
    throw new Refusal('webhooks_err', 'The subscription is disabled: enable it first.');
  if (row.stopped) throw new Refusal('webhooks_err', stoppedSentence(row, row.stopped));
  const isUnverified = row.ownership === 'unverified';
  const event = isUnverified ? challengeEvent : 'webhook.test';
  const answer: Answer = { status: 200, body: asciiJson({ webhook_id: row.id, event }) };
  const more = { webhook_id: row.id };
  const claim = context.claim?.(answer, undefined);
  if (isUnverified) {
    const journal = context.journal({ facts: more });
    requireDone(await challengeAgain(context.scope, row, context.now, journal, claim));
    return answer;
  }
  const journal = context.journal({ event: { type: 'webhook.test', more }, facts: more });
  requireDone(await insertWebhookEntry(context.scope, row, journal, claim));
  return answer;
}

/** @throws Refusal `scope_err` where the key lacks a scope that the payload shows the data of. */
function requireScopes({ principal }: Context, payload: PayloadKind): void {
  const [missing] = missingScopes(payload, principal.scopes);
  if (missing !== undefined)
    throw new Refusal(
      'scope_err',
      `A subscription with the payload ${payload} also needs the scope ${missing}.`,
    );
}

/** The key that answers for what it makes or changes. That of a sandbox's reference page is gone at the next start. */
const answeringKey = ({ principal }: Context) => (principal.isStored ? principal.identity : undefined);

/** The URL in the request and where it leads, if there is one. @throws Refusal if it may not be called. */
async function checkedTarget(
  { system }: Context,
  body: { readonly url?: string; readonly callback_url?: string },
): Promise<{ readonly url: string; readonly place: Place } | undefined> {
  const url = urlOf(body);
  if (url === undefined) return undefined;
  const place = await system.outbound.locate(url);
  const field = body.url === undefined ? 'callback_url' : 'url';
  if (isRefusal(place)) throw invalidField(field, place.sentence);
  return { url, place };
}
