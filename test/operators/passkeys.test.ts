import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import type { Authenticator, Challenge, Wrong } from './authenticator.ts';
import { newAuthenticator, newChallenge, withPasskey } from './authenticator.ts';
import type { Person } from './people.ts';
import { headersFor, password, signedIn } from './people.ts';

// Passkeys: how a person adds one, what it opens, and everything that has to be refused beside it.

let world: World;
let brand: BrandClient;
let ahead = 0;
const now = (): Instant => plusSeconds(instantOfMillis(Date.now()), ahead);
beforeAll(async () => {
  world = await openWorld({ now, apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const person = (isStrong = false): Promise<Person> => signedIn(world.system, brand.brandId, { isStrong });
const challenge = (): Promise<Challenge> => newChallenge(brand);
const add = ({ ownHeaders: headers }: Person, passkey: object, name = 'My laptop') =>
  brand.call('POST', '/passkeys', { body: { name, passkey }, headers });
const signIn = (passkey: object) =>
  brand.call('POST', '/session/passkey', { body: { passkey }, headers: {} });
const confirm = ({ ownHeaders: headers }: Person, body: object) =>
  brand.call('POST', '/session/confirmation', { body, headers });
const session = async (headers: Readonly<Record<string, string>>) =>
  (await brand.call('GET', '/session', { headers })).json;
const tokenOf = ({ headers }: Called) =>
  /clientele=([\w-]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '';

describe('a passkey', () => {
  test('is added, listed, signs in alone, and is removed', async () => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders);
    const { data } = (await brand.call('GET', '/passkeys', { headers: owner.ownHeaders })).json;
    expect(data).toEqual([
      expect.objectContaining({
        name: 'My laptop',
        credential_id: authenticator.id,
        host: 'localhost',
        date_used: null,
      }),
    ]);
    const opened = await signIn(authenticator.assert(await challenge()));
    expect(opened.json).toMatchObject({
      account: { email: owner.operator.email },
      with_passkey: true,
      passkeys: 1,
      confirm_with: ['passkey'],
    });
    expect(opened.json.confirmed_until).not.toBeNull();
    const headers = headersFor(tokenOf(opened), '-');
    const removed = await brand.call('DELETE', `/passkeys/${data[0].passkey_id}`, { headers });
    expect(removed.json.date_used).not.toBeNull();
    expect((await signIn(authenticator.assert(await challenge()))).json.Code).toBe('sign_in_err');
    expect((await session(headers)).passkeys).toBe(0);
    await settled(world);
    const trail = (await brand.call('GET', `/audit?actor=${owner.operator.operatorId}`)).json.data;
    expect(trail.map(({ operation }: { operation: string }) => operation).toSorted()).toEqual([
      'addPasskey',
      'openPasskeySession',
      'removePasskey',
    ]);
  });

  test('makes the session strong that adds it, and proves a person again in the place of the password', async () => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders);
    expect(await session(owner.ownHeaders)).toMatchObject({ with_passkey: true, confirm_with: ['passkey'] });
    ahead += 301;
    expect((await confirm(owner, { password })).json.Code).toBe('sign_in_err');
    const passkey = authenticator.assert(await challenge());
    expect((await confirm(owner, { passkey })).status).toBe(200);
    expect((await session(owner.ownHeaders)).confirmed_until).not.toBeNull();
  });

  test('is asked for before another one is added, and a password alone proves nothing beside it', async () => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders);
    const body = { email: owner.operator.email, password };
    const weak = headersFor(tokenOf(await brand.call('POST', '/session', { body })), '-');
    expect(await session(weak)).toMatchObject({ with_passkey: false, confirmed_until: null });
    const thief: Person = { ...owner, ownHeaders: weak };
    const theirs = () => challenge().then((given) => newAuthenticator().attest(given));
    expect((await add(thief, await theirs())).json.Code).toBe('confirmation_required');
    expect((await confirm(thief, { passkey: authenticator.assert(await challenge()) })).status).toBe(200);
    expect((await session(weak)).with_passkey).toBe(true);
    expect((await add(thief, await theirs())).status).toBe(201);
  });

  test('is taken once, and ten at most', async () => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders);
    const again = await add(await person(), authenticator.attest(await challenge()));
    expect(again.json.Code).toBe('passkey_dup');
    for (let more = 1; more < 10; more += 1) await withPasskey(brand, owner.ownHeaders);
    expect((await add(owner, newAuthenticator().attest(await challenge()))).json.Code).toBe('passkey_dup');
  });

  test('is removed by its own account only', async () => {
    const owner = await person();
    await withPasskey(brand, owner.ownHeaders);
    const [{ passkey_id }] = (await brand.call('GET', '/passkeys', { headers: owner.ownHeaders })).json.data;
    const stranger = await person();
    const answer = await brand.call('DELETE', `/passkeys/${passkey_id}`, { headers: stranger.ownHeaders });
    expect(answer.json.Code).toBe('passkey_dne');
  });

  test('of an authenticator that does not count is believed each time', async () => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders, { counts: false });
    for (let time = 0; time < 2; time += 1)
      expect((await signIn(authenticator.assert(await challenge()))).status).toBe(201);
  });

  test.each(['reset', 'disabled'])('goes with its account that is %s', async (what) => {
    const owner = await person();
    const authenticator = await withPasskey(brand, owner.ownHeaders);
    const admin = await person(true);
    const path = `/operators/${owner.operator.operatorId}`;
    const [method, end, body] =
      what === 'reset' ? ['POST', `${path}/reset`, undefined] : ['PATCH', path, { disabled: true }];
    await brand.call(method, end, { headers: admin.headers, ...(body && { body }) });
    expect((await signIn(authenticator.assert(await challenge()))).json.Code).toBe('sign_in_err');
    const kept = await world.sql('select 1 from operator_passkeys where operator_id = $1', [
      owner.operator.operatorId,
    ]);
    expect(kept).toEqual([]);
  });
});

/** Wrong answers, each of which differs in one thing from one that is believed. */
const wrongs: readonly (readonly [string, Wrong])[] = [
  ['from a page of another site', { origin: 'https://evil.example' }],
  ['from another port of this machine', { origin: 'http://localhost:1' }],
  ['for another host', { host: 'evil.example' }],
  ['whose user was not verified', { isVerified: false }],
  ['of another kind', { type: 'payment.get' }],
];

describe('an answer of an authenticator', () => {
  let owner: Person;
  let authenticator: Authenticator;
  beforeAll(async () => {
    owner = await person();
    authenticator = await withPasskey(brand, owner.ownHeaders);
  });

  test.each(wrongs)('%s adds no passkey and opens nothing', async (_what, wrong) => {
    expect((await add(await person(), newAuthenticator().attest(await challenge(), wrong))).json.Code).toBe(
      'passkey_err',
    );
    const asserted = authenticator.assert(await challenge(), wrong);
    expect((await signIn(asserted)).json.Code).toBe('sign_in_err');
    const confirmed = await confirm(owner, { passkey: authenticator.assert(await challenge(), wrong) });
    expect(confirmed.json.Code).toBe('sign_in_err');
    // The same answer without the difference is believed.
    expect((await signIn(authenticator.assert(await challenge()))).status).toBe(201);
  });

  test('signed by another key, or in the name of another credential, opens nothing', async () => {
    const other = await withPasskey(brand, (await person()).ownHeaders);
    const byOther = authenticator.assert(await challenge(), { withOtherKey: true });
    expect((await signIn(byOther)).json.Code).toBe('sign_in_err');
    const inName = other.assert(await challenge(), { id: authenticator.id });
    expect((await signIn(inName)).json.Code).toBe('sign_in_err');
    expect((await signIn(newAuthenticator().assert(await challenge()))).json.Code).toBe('sign_in_err');
  });

  test('of the passkey of another account confirms nobody', async () => {
    const other = await withPasskey(brand, (await person()).ownHeaders);
    ahead += 301;
    expect((await confirm(owner, { passkey: other.assert(await challenge()) })).json.Code).toBe(
      'sign_in_err',
    );
    expect((await session(owner.ownHeaders)).confirmed_until).toBeNull();
  });

  test('counts once: a challenge is used up by the first look, right or wrong', async () => {
    const given = await challenge();
    const asserted = authenticator.assert(given);
    expect((await signIn(asserted)).status).toBe(201);
    expect((await signIn(asserted)).json.Code).toBe('sign_in_err');
    const spoilt = await challenge();
    expect((await signIn(authenticator.assert(spoilt, { isVerified: false }))).json.Code).toBe('sign_in_err');
    expect((await signIn(authenticator.assert(spoilt))).json.Code).toBe('sign_in_err');
  });

  test('to a challenge that is older than five minutes, or that nobody gave out, opens nothing', async () => {
    const given = await challenge();
    const invented = { ...given, challenge: 'A'.repeat(43) };
    expect((await signIn(authenticator.assert(invented))).json.Code).toBe('sign_in_err');
    ahead += 301;
    expect((await signIn(authenticator.assert(given))).json.Code).toBe('sign_in_err');
  });

  test('that counts backwards is refused, with an alarm', async () => {
    authenticator.counter = 0;
    const copied = await signIn(authenticator.assert(await challenge()));
    expect(copied.json.Code).toBe('passkey_copied');
    const events = world.log.map((line) => JSON.parse(line)).filter((line) => line.security_event);
    expect(events).toContainEqual(
      expect.objectContaining({ security_event: 'passkey_copied', severity: 'alert' }),
    );
    // A count that nobody signed raises no alarm.
    authenticator.counter = 0;
    const forged = await signIn(authenticator.assert(await challenge(), { withOtherKey: true }));
    expect(forged.json.Code).toBe('sign_in_err');
    authenticator.counter = 1_000;
    expect((await signIn(authenticator.assert(await challenge()))).status).toBe(201);
  });
});

describe('a password', () => {
  test('is changed by its person, after a fresh proof, and other sessions end', async () => {
    const owner = await person();
    const body = { email: owner.operator.email, password };
    const other = headersFor(tokenOf(await brand.call('POST', '/session', { body })), '-');
    const change = (chosen: string) =>
      brand.call('POST', '/session/password', { body: { password: chosen }, headers: owner.ownHeaders });
    expect((await change('password1234')).json.Code).toBe('input_error');
    expect((await change('seven other words, all plain')).status).toBe(200);
    expect((await brand.call('GET', '/session', { headers: owner.ownHeaders })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await brand.call('GET', '/session', { headers: other })).json.Code).toBe('session_err');
    expect((await brand.call('POST', '/session', { body })).json.Code).toBe('sign_in_err');
    const chosen = { ...body, password: 'seven other words, all plain' };
    expect((await brand.call('POST', '/session', { body: chosen })).status).toBe(201);
    ahead += 301;
    expect((await change('a password of the thief')).json.Code).toBe('confirmation_required');
  });
});
