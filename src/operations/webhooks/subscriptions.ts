import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { invalidField, Refusal } from '../../domain/errors.ts';
import type { Id } from '../../domain/ids.ts';
import { cleanText } from '../../domain/short-text.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, withOffset } from '../../domain/time.ts';
import { maskSecret, maxWebhooks, secretOverlapHours, urlOf } from '../../domain/webhooks/subscription.ts';
import { makeSecret } from '../../providers/signature.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import {
  changeWebhook,
  insertWebhook,
  insertWebhookEntry,
  listWebhooks as listRows,
  readWebhook,
  removeWebhook,
} from '../../store/webhooks/subscriptions.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import type { WebhookSettings } from './sealing.ts';
import { openSettings, sealSettings } from './sealing.ts';

/** A subscription and its opened settings. */
interface Opened {
  readonly row: WebhookRow;
  readonly settings: WebhookSettings;
  /** The current time. */
  readonly now: Instant;
}

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
  const url = await checkedUrl(context, body);
  if ((await listRows(scope)).length >= maxWebhooks)
    throw new Refusal('webhooks_err', `A brand has at most ${maxWebhooks} webhook subscriptions.`);
  const settings = {
    url: url ?? '',
    description: cleanText(body.description ?? ''),
    secret: makeSecret(),
  };
  const id = system.newId<'webhook'>();
  const bare: WebhookRow = {
    id,
    settings: '',
    settingsSeal: 0,
    events: body.events,
    payload: body.payload ?? 'thin',
    status: body.status ?? 'STATUS_ENABLED',
    createdAt: now,
    updatedAt: now,
    failingSince: undefined,
  };
  const row = sealSettings(keyring, bare, settings);
  const answer: Answer = { status: 201, body: answerOf({ row, settings, now }, settings.secret) };
  const journal = context.journal({ facts: { webhook_id: id } });
  requireDone(await insertWebhook(scope, row, journal, context.claim?.(answer, undefined)));
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
  const url = await checkedUrl(context, body);
  const { callback_url: _, ...fields } = { ...body, ...(url !== undefined && { url }) };
  return change(
    context,
    row,
    {
      ...row,
      events: body.events ?? row.events,
      payload: body.payload ?? row.payload,
      status: body.status ?? row.status,
      // A new URL and a re-enabled subscription start without failures.
      failingSince: url !== undefined || body.status !== undefined ? undefined : row.failingSince,
    },
    {
      ...settings,
      url: url ?? settings.url,
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
  const journal = context.journal({ ...(fields && { fields }), facts: { webhook_id: row.id } });
  requireDone(await changeWebhook(context.scope, before, row, journal, context.claim?.(answer, undefined)));
  return answer;
}

export async function deleteWebhook(
  context: Context,
  { params }: Input<Contract['deleteWebhook']>,
): Promise<Answer> {
  const opened = await openWebhook(context, params.webhook_id);
  const answer: Answer = { status: 200, body: answerOf(opened) };
  const journal = context.journal({ facts: { webhook_id: opened.row.id } });
  requireDone(await removeWebhook(context.scope, opened.row, journal, context.claim?.(answer, undefined)));
  return answer;
}

/** Writes an event that only this subscription receives. */
export async function testWebhook(
  context: Context,
  { params }: Input<Contract['testWebhook']>,
): Promise<Answer> {
  const { row } = await openWebhook(context, params.webhook_id);
  if (row.status === 'STATUS_DISABLED')
    throw new Refusal('webhooks_err', 'The subscription is disabled: enable it first.');
  const event = 'webhook.test';
  const answer: Answer = { status: 200, body: asciiJson({ webhook_id: row.id, event }) };
  const more = { webhook_id: row.id };
  const journal = context.journal({ event: { type: event, more }, facts: more });
  requireDone(await insertWebhookEntry(context.scope, row, journal, context.claim?.(answer, undefined)));
  return answer;
}

/** The URL in the request, if there is one. @throws Refusal if it may not be called. */
async function checkedUrl(
  { system }: Context,
  body: { readonly url?: string; readonly callback_url?: string },
): Promise<string | undefined> {
  const url = urlOf(body);
  if (url === undefined) return undefined;
  const refusal = await system.outbound.checkTarget(url);
  const field = body.url === undefined ? 'callback_url' : 'url';
  if (refusal) throw invalidField(field, refusal.sentence);
  return url;
}

const answerOf = (opened: Opened, secret?: string): string =>
  asciiJson({ webhook_subscription: shown(opened, secret) });

/** The subscription as answers show it, with the secret only if it was just created. */
function shown({ row, settings, now }: Opened, secret = maskSecret(settings.secret)) {
  const { previous } = settings;
  const stillSigns = previous !== undefined && previous.until > now;
  return {
    id: row.id,
    url: settings.url,
    description: settings.description,
    events: row.events,
    version: '0.1',
    secret,
    status: row.status,
    created_time: withOffset(row.createdAt),
    updated_time: withOffset(row.updatedAt),
    payload: row.payload,
    ...(stillSigns && { previous_secret_until: withOffset(previous.until) }),
    ...(row.failingSince && { failing_since: withOffset(row.failingSince) }),
  };
}
