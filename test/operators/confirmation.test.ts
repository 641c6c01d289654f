import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../src/contract/table.ts';
import type { Instant } from '../../src/domain/time.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import { sessionsOf } from '../../src/store/operators/sessions.ts';
import { prepare, send } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { newChallenge, withPasskey } from './authenticator.ts';
import type { Person } from './people.ts';
import { headersFor, password, setProof, signedIn } from './people.ts';

// A session that was left open does nothing that cannot be taken back, and shows nothing that is guarded most.

let world: World;
let brand: BrandClient;
let ahead = 0;
const now = (): Instant => plusSeconds(instantOfMillis(Date.now()), ahead);
beforeAll(async () => {
  world = await openWorld({ now, apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const confirmedRows = operations.filter((row) => row.confirmed);
const confirm = (person: Person, body: object = { password }) =>
  brand.call('POST', '/session/confirmation', { body, headers: person.ownHeaders });
const unconfirmed = () => signedIn(world.system, brand.brandId, { isConfirmed: false });

test('what needs a fresh proof of identity is what this list names', () => {
  expect(confirmedRows.map(({ operationId }) => operationId).toSorted()).toEqual([
    ...['addPasskey', 'approveErasure', 'changePassword', 'changeRetentionPolicy', 'createKey'],
    ...['createWebhook', 'exportCustomerFile', 'inviteOperator', 'removePasskey', 'resetOperator'],
    ...['revealRestrictedSsn', 'revealSsn', 'rotateKey', 'rotateWebhookSecret', 'updateOperator'],
    ...['updateWebhook'],
  ]);
});

describe.each(
  confirmedRows
    .filter(({ operationId }) => operationId !== 'removePasskey')
    .map((row) => [row.operationId, row] as const),
)('%s', (_id, row) => {
  test('is refused to a session without a fresh proof, and leaves nothing; then done with one', async () => {
    const person = await unconfirmed();
    const prepared = await prepare(row, brand);
    const { headers } = person;
    const refused = await send(brand, prepared, { headers });
    expect([refused.status, refused.json.Code]).toEqual([403, 'confirmation_required']);
    await settled(world);
    const entries = `/audit?actor=${person.operator.operatorId}`;
    expect((await brand.call('GET', entries)).json.data).toEqual([]);
    expect((await confirm(person)).status).toBe(200);
    expect((await send(brand, prepared, { headers })).status).toBe(row.answer.status);
  });

  test('is refused again after five minutes', async () => {
    const person = await signedIn(world.system, brand.brandId);
    const prepared = await prepare(row, brand);
    ahead += 5 * 60 + 1;
    const { json } = await send(brand, prepared, { headers: person.headers });
    expect(json.Code).toBe('confirmation_required');
  });
});

test('a passkey is removed after a proof by a passkey only', async () => {
  const person = await signedIn(world.system, brand.brandId);
  const authenticator = await withPasskey(brand, person.ownHeaders);
  const [{ passkey_id }] = (await brand.call('GET', '/passkeys', { headers: person.ownHeaders })).json.data;
  const remove = () => brand.call('DELETE', `/passkeys/${passkey_id}`, { headers: person.ownHeaders });
  ahead += 301;
  expect((await remove()).json.Code).toBe('confirmation_required');
  expect((await confirm(person)).json.Code).toBe('sign_in_err');
  expect((await remove()).json.Code).toBe('confirmation_required');
  expect((await confirm(person, { passkey: authenticator.assert(await newChallenge(brand)) })).status).toBe(
    200,
  );
  expect((await remove()).status).toBe(200);
});

const reveal = async (headers: Readonly<Record<string, string>>) => {
  const row = operations.find(({ operationId }) => operationId === 'revealSsn');
  if (!row) throw new Error('There is no such row.');
  return (await send(brand, await prepare(row, brand), { headers })).json.Code ?? 'done';
};

describe('a proof', () => {
  test('counts in its own session and in no other of the same person', async () => {
    const person = await unconfirmed();
    const body = { email: person.operator.email, password };
    const other = await brand.call('POST', '/session', { body });
    const token = /clientele=([\w-]+)/.exec(other.headers.get('set-cookie') ?? '')?.[1] ?? '';
    expect(await reveal(person.headers)).toBe('confirmation_required');
    expect(await reveal(headersFor(token, brand.brandId))).toBe('done');
    ahead += 301;
    expect((await confirm(person)).status).toBe(200);
    expect(await reveal(headersFor(token, brand.brandId))).toBe('confirmation_required');
    expect(await reveal(person.headers)).toBe('done');
  });

  test('that is wrong counts for nothing', async () => {
    const person = await unconfirmed();
    expect((await confirm(person, { password: 'another few plain words' })).json.Code).toBe('sign_in_err');
    expect((await confirm(person, { demo: true })).json.Code).toBe('sign_in_err');
    expect((await confirm(person, { demo: false })).json.Code).toBe('input_error');
    expect((await confirm(person, { password, demo: true })).json.Code).toBe('input_error');
    expect(await reveal(person.headers)).toBe('confirmation_required');
  });

  test('that another process has noted counts at once', async () => {
    const person = await unconfirmed();
    expect(await reveal(person.headers)).toBe('confirmation_required');
    const [session] = await sessionsOf(world.system.db, person.operator.operatorId);
    if (!session) throw new Error('There is no session.');
    await setProof(world.system, session, now());
    expect(await reveal(person.headers)).toBe('done');
  });

  test('is not asked of a key', async () => {
    expect(await reveal({})).toBe('done');
  });
});
