import { randomUUID } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { backUp } from '../../../src/backups.ts';
import { documentsExample } from '../../../src/contract/kyc/examples.ts';
import { apiPrefix } from '../../../src/contract/table.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { startServer } from '../../../src/main.ts';
import { exportAudit } from '../../../src/operations/audit/export.ts';
import { createKey, revokeBrandKey } from '../../../src/operations/brands/api-keys.ts';
import { exportCustomers } from '../../../src/operations/customers/export.ts';
import { advanceVerification } from '../../../src/operations/kyc/advance.ts';
import { approveChange } from '../../../src/operations/kyc/program-changes.ts';
import { createProgram, setProgram } from '../../../src/operations/kyc/programs.ts';
import { rotateKey } from '../../../src/operations/rotation/brand-rotation.ts';
import type { System } from '../../../src/operations/system.ts';
import { defaultProgram, newCustomer, newWebhook } from '../../contract-samples.ts';
import { repository, temporaryFolder } from '../../installation/cli/program.ts';
import { person } from '../../people.ts';
import { newConsent } from '../../samples/consents.ts';
import { finding, listedEntry, proposal, screenNow } from '../../samples/screening.ts';
import type { BrandClient, World } from '../../world.ts';
import { brandClient, openWorld, settled } from '../../world.ts';
import type { Facts } from './page.ts';

/** A brand with a past about which an examiner can ask everything that docs/examiner.md lists. */
export interface ExaminedBrand {
  readonly world: World;
  readonly brand: BrandClient;
  /** Where commands run. */
  readonly folder: string;
  /** With which they run; `clientele` is in their path. */
  readonly settings: Readonly<Record<string, string>>;
  readonly facts: Facts;
}

interface Actors {
  readonly world: World;
  readonly folder: string;
  /** Two people with keys, and two operators. */
  readonly ada: BrandClient;
  readonly mo: BrandClient;
  readonly lee: (reason: string) => System;
  readonly kim: (reason: string) => System;
}

export async function openExaminedBrand(): Promise<ExaminedBrand> {
  const world = await openWorld({ apiOnly: true, env: { CLIENTELE_AUDIT_READS: '1' } });
  const folder = await temporaryFolder();
  const ada = await world.brand('Blue Ridge', {
    name: 'back office',
    owner: 'ada@example.com',
    scopes: keyScopes,
  });
  const reviews = { name: 'reviews', owner: 'mo@example.com', scopes: keyScopes };
  const mo = ada.as(await createKey(world.system, ada.brandId, reviews));
  const operator = (account: string) => (reason: string) => ({
    ...world.system,
    operator: { account, reason },
  });
  const actors = { world, folder, ada, mo, lee: operator('lee (uid 1001)'), kim: operator('kim (uid 1002)') };
  const people = await peopleOf(actors);
  const operations = await operationOf(actors);
  await settled(world);
  await writeFile(join(folder, 'clientele.log'), world.log.join(''));
  await mkdir(join(folder, 'bin'));
  await symlink(join(repository, 'bin/clientele.js'), join(folder, 'bin/clientele'));
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  return {
    world,
    brand: ada,
    folder,
    settings: {
      ...world.databaseSettings,
      CLIENTELE_DATA_DIR: world.config.dataDir,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    },
    facts: {
      ...people,
      ...operations,
      brand_id: ada.brandId,
      key_of_ada: ada.key.identity,
      key_of_mo: mo.key.identity,
      public_key: world.system.vault.signer.key,
      document: documentsExample.government_id.front_image.image,
      from: day(-1),
      to: day(2),
    },
  };
}

/** One who is present, and those who were deleted, held and erased. */
async function peopleOf(actors: Actors): Promise<Facts> {
  const { world, folder, ada, mo, lee } = actors;
  await setProgram(lee('People decide.'), ada.brandId, 'default', { provider: 'manual' });
  const james = person({ first_name: 'James' });
  const renamed = person({ last_name: 'Fleming' });
  const { customer_id: id } = (await newCustomer(ada, james)).json;
  const path = `/customers/${id}`;
  await done(ada, 'PATCH', path, { last_name: renamed.last_name, ssn: renamed.ssn });
  const agreed = await agree(ada, path);
  const entries = await exportTrail(world, ada, join(folder, 'trail-of-last-month.ndjson'));
  await done(mo, 'POST', '/customers/search', { ssn: renamed.ssn });
  await done(mo, 'POST', `${path}/ssn`, { reason: 'Compared with the paper form.' });
  const verified = await verify(actors, id);
  const wanted = { changes: { last_name: 'Moneypenny' }, reason: 'Married on 2 May.' };
  const { change_request_id: request } = await done(ada, 'POST', `${path}/change-requests`, wanted);
  const decision = { decision: 'approve', note: 'Certificate seen.' };
  await done(mo, 'POST', `/change-requests/${request}/decision`, decision);
  await screen(actors, id);
  return {
    customer_id: id,
    earlier_ssn: masked(james.ssn),
    disclosures_digest: agreed,
    entries_of_last_month: entries,
    verification_id: verified.verification,
    document_id: verified.document,
    change_request_id: request,
    ...(await deletedPeople(actors)),
  };
}

/** The customer resembles an entry of a list, and two people decide that it is another person. */
async function screen({ ada, mo }: Actors, id: string): Promise<void> {
  for (const version of ['us_ofac:0001aa52e9d00c5b', 'us_ofac:0002bb52e9d00c5b'])
    await screenNow(ada, id, finding(listedEntry), version);
  const [{ match_id }] = (await done(ada, 'GET', `/screening/matches?customer_id=${id}`)).data;
  await done(ada, 'POST', `/screening/matches/${match_id}/proposal`, proposal);
  const decision = { decision: 'approve', note: 'Passport seen.' };
  await done(mo, 'POST', `/screening/matches/${match_id}/decision`, decision);
}

/** The customer is told why it is asked for, and agrees to electronic documents. */
async function agree(ada: BrandClient, path: string): Promise<string> {
  const notice = { ...newConsent, kind: 'notice', document: 'Customer identification notice' };
  for (const body of [notice, newConsent]) await done(ada, 'POST', `${path}/consents`, body);
  return newConsent.digest;
}

const masked = (ssn: string): string => `XXX-XX-${ssn.slice(-4)}`;

async function deletedPeople(actors: Actors): Promise<Facts> {
  const { ada, mo } = actors;
  const eve = person({ first_name: 'Eve', last_name: 'Moneypenny', dob: '1980-02-29' });
  const [deleted, held, erased] = await Promise.all(
    [eve, person(), person()].map(async (one) => String((await newCustomer(ada, one)).json.customer_id)),
  );
  const verified = await verify(actors, String(deleted));
  const holds = `/customers/${held}/legal-holds`;
  const { hold_id: hold } = await done(ada, 'POST', holds, { reason: 'Case 24-117.' });
  for (const id of [deleted, held, erased]) await done(ada, 'DELETE', `/customers/${id}`);
  const requests = `/restricted-customers/${erased}/erasure-requests`;
  const reason = { reason: 'Case 24-118: created twice.' };
  const { erasure_id: erasure } = await done(ada, 'POST', requests, reason);
  await done(mo, 'POST', `${requests}/${erasure}/approval`);
  return {
    deleted_id: String(deleted),
    deleted_ssn: masked(eve.ssn),
    deleted_verification_id: verified.verification,
    deleted_document_id: verified.document,
    held_id: String(held),
    hold_id: hold,
    erased_id: String(erased),
    erasure_id: erasure,
  };
}

/** Verifies a customer: Ada starts it and submits the document, Mo asks for it and approves. */
async function verify({ world, ada, mo }: Actors, id: string) {
  const path = `/customers/${id}/verification-kyc`;
  await done(ada, 'POST', path, { program_id: await defaultProgram(ada) });
  const [{ verification_id: verification }] = (await done(ada, 'GET', `/customers/${id}/verifications`)).data;
  // As the worker does.
  const advance = () => advanceVerification(world.system, ada.brandId, verification as RunId);
  const decide = (body: object) => done(mo, 'POST', `/kyc/reviews/${verification}/decision`, body);
  await advance();
  await decide({ decision: 'request_documents', documents: ['government_id'] });
  await done(ada, 'POST', `${path}/documents`, documentsExample);
  await advance();
  await decide({
    decision: 'approve',
    note: 'Passport and address agree.',
    checks: [
      { method: 'document', result: 'confirmed', source: 'Passport, by eye' },
      { method: 'contact', result: 'confirmed' },
    ],
    discrepancies: 'The lease has her maiden name. The certificate of marriage was seen.',
  });
  const { files } = await done(ada, 'GET', `/customers/${id}/verifications/${verification}`);
  return { verification: String(verification), document: String(files[0].document_id) };
}

/** What operators did, and what came in from outside. */
async function operationOf({ world, folder, ada, mo, lee, kim }: Actors): Promise<Facts> {
  const { brandId } = ada;
  const { programId } = await createProgram(lee('For cards.'), brandId, 'cards', { provider: 'manual' });
  const vendor = { provider: 'http', url: 'https://kyc.example.com', propose: true };
  const { proposed } = await setProgram(lee('Contract of 1 May.'), brandId, 'cards', vendor);
  await approveChange(kim('Contract of 1 May.'), brandId, String(proposed?.changeId));
  await setProgram(lee('Back to people.'), brandId, 'cards', { provider: 'manual', propose: true });
  const sam = await createKey(lee('For Sam.'), brandId, { name: 'desk', owner: 'sam@example.com' });
  await revokeBrandKey(lee('Left on 30 June.'), brandId, sam.identity);
  await exportCustomers(lee('Migration test of 3 March.'), brandId, ...nowhere);
  await rotateKey(lee('A laptop was lost.'), brandId, 'brand', { by: 'operator' });
  await done(ada, 'PATCH', '/retention-policy', { identity_years: 7 });
  const webhook = (await newWebhook(ada, { events: ['customer*'] })).json.webhook_subscription;
  const call = { version: '0.0.0', progress: () => undefined, signal: new AbortController().signal };
  await backUp(world.config, join(folder, 'nightly.backup'), call);
  const stranger = randomUUID();
  const headers = { Identity: stranger, Authorization: 'x'.repeat(64) };
  await fetch(`${world.url}${apiPrefix}/customers`, { headers });
  await useElsewhere(world, mo);
  return {
    program_id: programId,
    change_id: String(proposed?.changeId),
    key_of_sam: sam.identity,
    webhook_url: webhook.url,
    unknown_key: stranger,
  };
}

/** A request to another process, which writes the last uses of its keys when it stops. */
async function useElsewhere(world: World, client: BrandClient): Promise<void> {
  const other = await startServer(world.config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
  const there = brandClient(other.url, client.brandId, client.name, client.key, world);
  await done(there, 'GET', '/customers');
  await other.close();
}

const nowhere = [async () => undefined, () => undefined] as const;

/** Exports the audit trail, and answers how many entries there were. */
async function exportTrail(world: World, { brandId }: BrandClient, file: string): Promise<number> {
  let text = '';
  const sink = async (piece: string) => {
    text += piece;
  };
  const { to } = await exportAudit(world.system, brandId, {}, sink, () => undefined);
  await writeFile(file, text);
  return to;
}

/** The answer to a call that has to succeed. */
async function done(client: BrandClient, method: string, path: string, body?: object) {
  const { status, text, json } = await client.call(method, path, body === undefined ? {} : { body });
  if (status >= 300) throw new Error(`${method} ${path} was answered ${status} ${text}`);
  return json;
}
