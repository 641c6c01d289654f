import type { CursorForm } from '../../../contract/lists.ts';
import { pageOf } from '../../../contract/lists.ts';
import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import type { ConsentDetails } from '../../../domain/customers/consent.ts';
import type { CustomerId } from '../../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../../domain/paging.ts';
import type { SealContext } from '../../../domain/sealed-columns.ts';
import { sealContext } from '../../../domain/sealed-columns.ts';
import { asciiJson, cleanText } from '../../../domain/text.ts';
import { parseInstant, withOffset } from '../../../domain/time.ts';
import type { ConsentRow } from '../../../store/customers/consents.ts';
import { consentPart, consentsOf } from '../../../store/customers/consents.ts';
import { changeCustomer } from '../../../store/customers/writes.ts';
import { recordReads } from '../../audit/entries.ts';
import { readSealed } from '../../keyrings.ts';
import { requireDone } from '../../retry.ts';
import type { Answer, Context } from '../../system.ts';
import { nextRow, openForChange } from '../change.ts';

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

/** What a customer was shown, agreed to or withdrew. */

export async function recordConsent(
  context: Context,
  { params, body }: Input<Contract['recordConsent']>,
): Promise<Answer> {
  const { system, principal, scope, now, keyring } = context;
  const id = params.customer_id;
  const { row, profileText } = await openForChange(context, id, 'none');
  const facts = {
    consentId: system.newId<'consent'>(),
    customerId: id,
    version: row.version + 1,
    recordedBy: principal.identity,
    recordedAt: now,
  };
  const { kind, digest, channel } = body;
  const details: ConsentDetails = {
    kind,
    document: cleanText(body.document),
    version: cleanText(body.version),
    digest,
    channel,
    date_given: withOffset(parseInstant(body.date_given ?? '') ?? now),
  };
  const sealed = keyring.seal(consentSealContext(facts), asciiJson(details));
  const answer: Answer = { status: 201, body: asciiJson(shown(facts, details)) };
  const journal = context.journal({
    customerId: id,
    facts: { consent_id: facts.consentId, record_version: facts.version },
  });
  const parts = [consentPart({ ...facts, details: sealed }), journal];
  const change = nextRow(context, row, profileText, {});
  requireDone(await changeCustomer(scope, change, parts, context.claim?.(answer, id)));
  return answer;
}

export async function listConsents(
  context: Context,
  { params, query }: Input<Contract['listConsents']>,
): Promise<Answer> {
  const id = params.customer_id;
  await openForChange(context, id, 'none');
  const page = await consentPage(context, id, query);
  await recordReads(context, [id]);
  return page;
}

/** One page of a customer's consents, the newest first. The customer may be deleted. */
export async function consentPage(
  context: Context,
  id: CustomerId,
  query: { readonly limit?: number; readonly cursor?: string },
): Promise<Answer> {
  const { rows, next_cursor } = await pageOf(query, versions, (below, most) =>
    consentsOf(context.scope, id, below, most),
  );
  const data = await Promise.all(rows.map((row) => shownConsent(context, row)));
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

const versions: CursorForm<ConsentRow, number> = {
  parse: (cursor) => {
    const version = Number(parseCursor(cursor));
    return version <= 0x7fff_ffff ? version : undefined;
  },
  after: ({ version }) => cursorAfter(BigInt(version)),
};

/** @throws VaultError where the row was altered. */
export async function shownConsent({ system, keyring }: Keys, row: ConsentRow): Promise<object> {
  const details = await readSealed(system.keyrings, keyring, consentSealContext(row), row.details);
  return shown(row, JSON.parse(details) as ConsentDetails);
}

type ConsentFacts = Omit<ConsentRow, 'details'>;

const shown = ({ consentId, customerId, recordedBy, recordedAt }: ConsentFacts, details: ConsentDetails) => ({
  consent_id: consentId,
  customer_id: customerId,
  ...details,
  recorded_by: recordedBy,
  date_recorded: withOffset(recordedAt),
});

const consentSealContext = (row: ConsentFacts): SealContext =>
  sealContext('consents.details', {
    customer_id: row.customerId,
    consent_id: row.consentId,
    version: row.version,
    recorded_by: row.recordedBy,
    recorded_at: row.recordedAt,
  });
