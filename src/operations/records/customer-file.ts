import { numberIn } from '../../domain/customers/identification.ts';
import { readProfile } from '../../domain/customers/record.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { changeRequestsOf } from '../../store/customers/change-requests.ts';
import { consentsOf } from '../../store/customers/consents.ts';
import { historyOf } from '../../store/customers/history.ts';
import { documentsOf, readDocument } from '../../store/kyc/documents.ts';
import { verificationsOf } from '../../store/kyc/reviews.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { matchesOf } from '../../store/screening/matches.ts';
import { screeningsOf } from '../../store/screening/screenings.ts';
import { readEvents } from '../../store/webhooks/events.ts';
import { VaultError } from '../../vault/vault.ts';
import { customerEntries } from '../audit/entries.ts';
import { allPlaced } from '../audit/export.ts';
import { recordOperatorAction } from '../audit/operator.ts';
import { openProfile, openSsn } from '../customers/change.ts';
import { shownInFull } from '../customers/change-requests.ts';
import { shownConsent } from '../customers/consents/records.ts';
import { showCustomer } from '../customers/customers.ts';
import type { KeyOwner } from '../customers/history/records.ts';
import { formerSsnIn, shownHistory } from '../customers/history/records.ts';
import { requireProvenEvent } from '../journal.ts';
import { openDocument } from '../kyc/documents.ts';
import { briefOf, keptOf, shownApplicant } from '../kyc/records.ts';
import { checkReview } from '../kyc/sealing.ts';
import { openedHolds, openedRequests, restrictedFacts } from '../retention/records.ts';
import { retainedRecord } from '../retention/retained.ts';
import { shownScreening } from '../screening/records.ts';
import type { Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { KeptCustomer } from './kept-customer.ts';
import { readKept } from './kept-customer.ts';
import type { FileEntry, Listed, Manifest } from './manifest.ts';
import { digested, manifestName, manifestText, signatureName } from './manifest.ts';

/** Everything that is held about one person, present or deleted, as files. */

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

export interface FileRequest {
  readonly brand: { readonly brandId: BrandId; readonly name: string };
  readonly customerId: CustomerId;
  /** Whether full SSNs are in it. Otherwise they are masked. */
  readonly hasFullSsn: boolean;
}

/** Rows of one read. */
const batch = 50;

/**
 * The same for an operator, with the audit entry of the command.
 *
 * @throws OperatorError where there is no such customer, or it changed in the meantime.
 */
export async function* exportedByOperator(system: System, request: FileRequest): AsyncGenerator<FileEntry> {
  const { brand, customerId, hasFullSsn } = request;
  await requireKept(system, request);
  const facts = hasFullSsn ? { full_ssn: true } : {};
  await recordOperatorAction(system, brand.brandId, 'export customer', facts, customerId);
  yield* customerFile(system, request);
}

/**
 * The files of one customer, in order. Each has to be read before the next one is asked for. One document, or one page
 * of rows, is in memory at a time. The audit entry is committed before, and is in the file.
 *
 * @throws OperatorError where there is no such customer, or it changed in the meantime.
 */
export async function* customerFile(system: System, request: FileRequest): AsyncGenerator<FileEntry> {
  const { brand, customerId: id, hasFullSsn } = request;
  const scope = scopeOf(system, brand.brandId);
  const known = await requireKept(system, request);
  await allPlaced(system, scope);
  const keys: Keys = { system, scope, keyring: await system.keyrings.of(brand.brandId) };
  const owner: KeyOwner = { id, auditKey: known.auditKey };
  const files: Listed[] = [];
  const entry = (name: string, content: AsyncIterable<Buffer>): FileEntry => ({
    name,
    content: digested(name, content, (listed) => files.push(listed)),
  });

  yield entry(
    'customer.json',
    once(() => profileOf(keys, known)),
  );
  if (hasFullSsn)
    yield entry(
      'ssn.json',
      once(() => fullNumbers(keys, known, owner)),
    );
  yield entry('history.json', list(historyItems(keys, owner)));
  yield entry('consents.json', list(consents(keys, id)));
  yield entry('change-requests.json', list(changeRequests(keys, id)));
  yield entry('legal-holds.json', list(values(() => openedHolds(keys, id))));
  yield entry('erasure-requests.json', list(values(() => openedRequests(keys, id))));
  const runs: RunRow[] = [];
  yield entry('verifications.json', list(verifications(keys, known, runs)));
  for (const run of runs) yield* documents(keys, run, entry);
  yield entry('screenings.json', list(screenings(keys, id)));
  yield entry('events.json', list(events(keys, id)));
  yield entry('audit.json', list(customerEntries(keys, id)));

  const after = await requireKept(system, request);
  if (after.isDeleted !== known.isDeleted || after.row.version !== known.row.version)
    throw new OperatorError('The customer changed while the file was written. Write it again.');
  const { signer } = system.vault;
  const manifest: Manifest = {
    kind: 'customer file',
    bond_brand_id: brand.brandId,
    brand: brand.name,
    customer_id: id,
    date_made: withOffset(system.now()),
    key: signer.key,
    files,
  };
  const text = manifestText(manifest);
  yield { name: manifestName, content: once(async () => text) };
  yield { name: signatureName, content: once(async () => `${signer.sign(text)}\n`) };
}

async function requireKept(system: System, { brand, customerId }: FileRequest): Promise<KeptCustomer> {
  const kept = await readKept(scopeOf(system, brand.brandId), customerId);
  if (kept) return kept;
  throw new OperatorError(`${brand.name} has no customer ${customerId}, or nothing is kept of it any more.`);
}

async function* once(text: () => Promise<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(await text(), 'utf8');
}

/** JSON texts as an array, one a line. */
async function* list(texts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let separator = '[\n';
  for await (const text of texts) {
    yield Buffer.from(`${separator}${text}`, 'utf8');
    separator = ',\n';
  }
  yield Buffer.from(separator === '[\n' ? '[]\n' : '\n]\n');
}

async function* values(read: () => Promise<readonly object[]>): AsyncGenerator<string> {
  for (const one of await read()) yield asciiJson(one);
}

async function profileOf(keys: Keys, { row, isDeleted }: KeptCustomer): Promise<string> {
  const id = row.head.customer_id;
  const record = isDeleted ? await retainedRecord(keys, id) : undefined;
  if (record) return `${asciiJson(await restrictedFacts(keys, id, record))}\n`;
  const closed = row.closedOn === undefined ? '' : `,"closed_on":"${row.closedOn}"`;
  return `{"customer":${await showCustomer(keys, row)}${closed}}\n`;
}

async function fullNumbers(keys: Keys, { row, ssn }: KeptCustomer, owner: KeyOwner): Promise<string> {
  const profile = readProfile(await openProfile(keys, row));
  const present = await openSsn(keys, { ...row, ssn });
  if (present === undefined && (profile.ssn ?? profile.identification) !== undefined)
    throw new VaultError('unreadable', `customers ${row.head.customer_id} has lost its ssn.`);
  const earlier: object[] = [];
  for await (const one of pages(historyOf.bind(undefined, keys.scope, owner.id), ({ version }) => version))
    if (one.fields.includes('ssn') || one.fields.includes('identification')) {
      const former = await formerSsnIn(keys, owner, one);
      if (former !== undefined) earlier.push({ history_id: one.historyId, ...numberIn(former) });
    }
  return `${asciiJson({ ...(present !== undefined && numberIn(present)), earlier })}\n`;
}

async function* historyItems(keys: Keys, owner: KeyOwner): AsyncGenerator<string> {
  for await (const row of pages(historyOf.bind(undefined, keys.scope, owner.id), ({ version }) => version))
    yield asciiJson(await shownHistory(keys, owner, row));
}

async function* consents(keys: Keys, id: CustomerId): AsyncGenerator<string> {
  for await (const row of pages(consentsOf.bind(undefined, keys.scope, id), ({ version }) => version))
    yield asciiJson(await shownConsent(keys, row));
}

async function* screenings(keys: Keys, id: CustomerId): AsyncGenerator<string> {
  const matches = await matchesOf(keys.scope, id);
  for await (const row of pages(screeningsOf.bind(undefined, keys.scope, id), ({ ordinal }) => ordinal))
    yield asciiJson(await shownScreening(keys, row, matches));
}

async function* changeRequests(keys: Keys, id: CustomerId): AsyncGenerator<string> {
  const read = (after: bigint | undefined, most: number) =>
    changeRequestsOf(keys.scope, id, after ?? 0n, most);
  for await (const row of pages(read, ({ seq }) => seq)) yield asciiJson(await shownInFull(keys, row));
}

async function* verifications(keys: Keys, { row }: KeptCustomer, runs: RunRow[]): AsyncGenerator<string> {
  const read = verificationsOf.bind(undefined, keys.scope, row.head.customer_id);
  for await (const found of pages(read, ({ run }) => run.ordinal)) {
    await checkReview(keys, found);
    runs.push(found.run);
    const applicant = await shownApplicant(keys, found.run);
    yield asciiJson({
      ...briefOf(keys, found, row.kycPassedAt),
      applicant,
      ...(await keptOf(keys, found.run)),
    });
  }
}

async function* documents(
  keys: Keys,
  run: RunRow,
  entry: (name: string, content: AsyncIterable<Buffer>) => FileEntry,
): AsyncGenerator<FileEntry> {
  for (const { documentId } of await documentsOf(keys.scope, run.runId)) {
    const row = await readDocument(keys.scope, run.runId, documentId);
    if (!row) continue;
    const { content, media_type } = await openDocument(keys, run, row);
    const extension = media_type.replace(/^.*\//, '').replace(/[^a-z0-9]/g, '');
    yield entry(`documents/${documentId}.${extension}`, whole(content));
  }
}

async function* whole(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

async function* events(keys: Keys, customerId: CustomerId): AsyncGenerator<string> {
  for (let after = 0n; ; ) {
    const page = await readEvents(keys.scope, { types: undefined, customerId, after, most: batch });
    for (const event of page.events) {
      requireProvenEvent(keys.system, keys.scope.brandId, event);
      yield `{"event_id":"${event.eventId}","number":${event.number},${event.payload.slice(1)}`;
    }
    if (page.events.length < batch) return;
    after = page.upTo;
  }
}

/** Every row of a list that is read page by page. */
async function* pages<Row, Position>(
  read: (after: Position | undefined, most: number) => Promise<readonly Row[]>,
  positionOf: (row: Row) => Position,
): AsyncGenerator<Row> {
  for (let after: Position | undefined; ; ) {
    const rows = await read(after, batch);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) return;
    after = positionOf(last);
  }
}
