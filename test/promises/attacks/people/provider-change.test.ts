import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunId } from '../../../../src/domain/ids.ts';
import { plusSeconds } from '../../../../src/domain/time.ts';
import { advanceVerification } from '../../../../src/operations/kyc/advance.ts';
import { approveChange, rejectChange } from '../../../../src/operations/kyc/program-changes.ts';
import { createProgram, programFacts, setProgram } from '../../../../src/operations/kyc/programs.ts';
import type { System } from '../../../../src/operations/system.ts';
import { createRootKeyFile } from '../../../../src/vault/key-source.ts';
import { newCustomer } from '../../../contract-samples.ts';
import { portOf } from '../../../fakes/internet.ts';
import { cleanUp, temporaryFolder } from '../../../installation/cli/program.ts';
import { rewrite } from '../../../rewrite.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';

// One operator of a live installation wants customers to pass who should not, and makes a decision service of their own
// the provider of a program. The planted fault is a second account of the same person: the service cannot know that,
// and the attack works.

/** A decision service that only counts how often it is asked. */
async function openService() {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    asked: () => asked,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

let world: World;
let brand: BrandClient;
let honest: Awaited<ReturnType<typeof openService>>;
let own: Awaited<ReturnType<typeof openService>>;
let programId: string;

const as = (account: string, now?: System['now']): System => ({
  ...world.system,
  ...(now && { now }),
  operator: { reason: 'Contract of 2026-11-24.', account },
});

beforeAll(async () => {
  const path = join(await temporaryFolder(), 'root.key');
  createRootKeyFile(path);
  const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: path };
  world = await openWorld({ apiOnly: true, env });
  [honest, own] = await Promise.all([openService(), openService()]);
});
afterAll(async () => {
  await Promise.all([world.close(), honest.close(), own.close()]);
  await cleanUp();
});
beforeEach(async () => {
  brand = await world.brand();
  programId = (await swap('alice', 'bob', honest.url)).programId;
});

/** The change that an operator proposes, of the program that every brand has. */
async function propose(account: string, url: string) {
  const { proposed } = await setProgram(as(account), brand.brandId, 'default', { provider: 'http', url });
  if (!proposed) throw new Error('The change did not wait.');
  return proposed;
}

async function swap(proposer: string, approver: string, url: string) {
  const { changeId } = await propose(proposer, url);
  return approveChange(as(approver), brand.brandId, changeId);
}

/** Starts the verification of a new customer, and says which service was asked about it. */
async function askedAbout(program = programId) {
  const before = { honest: honest.asked(), own: own.asked() };
  const { customer_id: customer } = (await newCustomer(brand)).json;
  const path = `/customers/${customer}/verification-kyc`;
  const started = await brand.call('POST', path, { body: { program_id: program } });
  expect(started.status).toBe(201);
  const [row] = await world.sql('select run_id from kyc_runs where customer_id = $1', [customer]);
  await advanceVerification(world.system, brand.brandId, row?.['run_id'] as RunId);
  return [
    ...(honest.asked() > before.honest ? ['honest'] : []),
    ...(own.asked() > before.own ? ['own'] : []),
  ];
}

test('one operator alone does not make a service of their own the provider of a program', async () => {
  const { changeId } = await propose('mallory', own.url);
  await expect(approveChange(as('mallory'), brand.brandId, changeId)).rejects.toThrow(
    'another person approves it',
  );
  expect(await askedAbout()).toEqual(['honest']);
  const [program] = await programFacts(world.system, brand.brandId);
  expect(program).toMatchObject({
    provider: 'http',
    url: honest.url,
    proposed: { changeId, provider: 'http', url: own.url, proposedBy: 'mallory' },
  });
});

test('with a second account of the same person, the same attack works', async () => {
  await swap('mallory', 'mallory2', own.url);
  expect(await askedAbout()).toEqual(['own']);
});

test('a new program of one operator does not begin with a service of their own', async () => {
  const options = { provider: 'http', url: own.url } as const;
  const made = await createProgram(as('mallory'), brand.brandId, 'fast lane', options);
  expect(made).toMatchObject({ provider: 'manual', proposed: { url: own.url } });
  expect(await askedAbout(made.programId)).toEqual([]);
  await approveChange(as('bob'), brand.brandId, made.proposed?.changeId ?? '');
  expect(await askedAbout(made.programId)).toEqual(['own']);
});

test('the attempt and its proposal are in the audit trail and in the security events, without the secret', async () => {
  const { changeId } = await propose('mallory', own.url);
  await expect(approveChange(as('mallory'), brand.brandId, changeId)).rejects.toThrow();
  await settled(world);
  const { data } = (await brand.call('GET', '/audit?limit=100')).json;
  const facts = { change_id: changeId, program_id: programId, provider: 'http', url: own.url };
  expect(data).toMatchObject([
    { operation: 'programs approve', actor: { user: 'mallory' }, refused: true, ...facts },
    { operation: 'programs propose', actor: { user: 'mallory' }, ...facts },
    { operation: 'programs approve', actor: { user: 'bob' }, proposed_by: 'alice', url: honest.url },
    { operation: 'programs propose', actor: { user: 'alice' }, reason: 'Contract of 2026-11-24.' },
    {},
    {},
  ]);
  expect(JSON.stringify(data)).not.toContain('whsec');
  const events = world.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.brand_id === brand.brandId && line.security_event)
    .map(({ security_event, outcome }) => `${security_event} ${outcome}`);
  expect(events).toEqual([
    'key_created succeeded',
    'provider_proposed succeeded',
    'provider_changed succeeded',
    'provider_proposed succeeded',
    'approval_refused refused',
  ]);
});

test('who approves knows what: a proposal under another id, an ended one or an overtaken one changes nothing', async () => {
  const seen = await propose('mallory', honest.url);
  const replaced = await propose('mallory', own.url);
  await expect(approveChange(as('bob'), brand.brandId, seen.changeId)).rejects.toThrow('waits for approval');
  const later = () => plusSeconds(replaced.expiresAt, 0);
  await expect(approveChange(as('bob', later), brand.brandId, replaced.changeId)).rejects.toThrow(
    'expired on',
  );
  await rejectChange(as('bob'), brand.brandId, replaced.changeId);
  await expect(approveChange(as('bob'), brand.brandId, replaced.changeId)).rejects.toThrow(
    'waits for approval',
  );
  const overtaken = await propose('mallory', own.url);
  await rewrite(brand, 'update program_changes set based_on = based_on - 1 where change_id = $1', [
    overtaken.changeId,
  ]);
  await expect(approveChange(as('bob'), brand.brandId, overtaken.changeId)).rejects.toThrow(
    'has changed since',
  );
  expect(await askedAbout()).toEqual(['honest']);
});

test.each([
  ["proposed_by = 'alice'", 'who proposed it'],
  ["expires_at = expires_at + interval '1 year'", 'when it ends'],
  ["provider = 'manual'", 'what it proposes'],
])('with write access to the tables, setting %s does not change %s', async (change) => {
  const { changeId } = await propose('mallory', own.url);
  await world.sql(`update program_changes set ${change} where change_id = $1`, [changeId]);
  await expect(approveChange(as('mallory'), brand.brandId, changeId)).rejects.toMatchObject({
    code: 'unreadable',
  });
  expect(await askedAbout()).toEqual(['honest']);
});

test('an altered proposal is named, blocks no other program, and is replaced by a new one', async () => {
  const altered = await propose('mallory', own.url);
  await world.sql(`update program_changes set proposed_by = 'alice' where change_id = $1`, [
    altered.changeId,
  ]);
  const { programId: second } = await createProgram(as('alice'), brand.brandId, 'second', {
    provider: 'http',
    url: honest.url,
  });
  const listed = await programFacts(world.system, brand.brandId);
  expect(
    listed.map(({ isProposalAltered, proposed }) => [isProposalAltered ?? false, proposed?.url]),
  ).toEqual([
    [true, undefined],
    [false, honest.url],
  ]);
  const waiting = listed.find((one) => one.programId === second)?.proposed;
  await approveChange(as('bob'), brand.brandId, waiting?.changeId ?? '');
  expect(await askedAbout(second)).toEqual(['honest']);
  const replaced = await propose('alice', honest.url);
  expect((await programFacts(world.system, brand.brandId))[0]?.proposed?.changeId).toBe(replaced.changeId);
});

test('the settings of one proposal do not open in another', async () => {
  const { changeId } = await propose('mallory', own.url);
  const [row] = await world.sql('select settings from program_changes where change_id = $1', [changeId]);
  const other = await propose('alice', honest.url);
  await world.sql('update program_changes set settings = $2 where change_id = $1', [
    other.changeId,
    row?.['settings'],
  ]);
  await expect(approveChange(as('bob'), brand.brandId, other.changeId)).rejects.toMatchObject({
    code: 'unreadable',
  });
});
