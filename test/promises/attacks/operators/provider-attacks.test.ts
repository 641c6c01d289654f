import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { identityOf, withMore } from '../../../../src/providers/identity/claims.ts';
import { openIdProvider } from '../../../../src/providers/identity/openid.ts';
import { openOutbound } from '../../../../src/providers/outbound.ts';
import { wallClock } from '../../../../src/runtime.ts';
import { newChallenge, withPasskey } from '../../../operators/authenticator.ts';
import { headersFor, newPerson } from '../../../operators/people.ts';
import { answerFor, begin, bring, enter, tokenOf } from '../../../operators/provider/calls.ts';
import type { Forge, TestProvider } from '../../../operators/provider/identity-provider.ts';
import { openProvider, ProviderBrowser } from '../../../operators/provider/identity-provider.ts';
import type { BrandClient, Called, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// The attacker wants to be signed in as another person, or another person to be signed in as the attacker.

const victim = { email: 'victim@example.com', email_verified: true, groups: ['admins'] };

let provider: TestProvider;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  provider = await openProvider();
  world = await openWorld({ env: provider.settings, apiOnly: true });
  brand = await world.brand('Blue Ridge');
  provider.people.set('victim', victim);
  provider.people.set('attacker', { ...victim, email: 'attacker@example.com', groups: ['ridge'] });
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

describe('an answer of the provider', () => {
  test('opens nothing in another browser than the one that began (login CSRF)', async () => {
    const [attackers, victims] = [await begin(brand), await begin(brand)];
    const stolen = await answerFor(attackers, 'attacker');
    expect((await bring(brand, victims.cookie, stolen)).json.Code).toBe('provider_flow');
    expect((await bring(brand, '', stolen)).json.Code).toBe('provider_flow');
    // Not even beside the state of the victim's own sign-in: the code was made for another verifier.
    const own = new URL(victims.url).searchParams.get('state') ?? '';
    const mixed = await bring(brand, victims.cookie, { ...stolen, state: own });
    expect(mixed.json.Code).toBe('provider_answer');
    expect(mixed.headers.get('set-cookie')).toBeNull();
  });

  test('is used up by the first look, also of many at once', async () => {
    const begun = await begin(brand);
    const answer = await answerFor(begun, 'victim');
    const tries = await Promise.all(Array.from({ length: 6 }, () => bring(brand, begun.cookie, answer)));
    expect(tries.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(tries.filter(({ json }) => json.Code === 'provider_flow')).toHaveLength(5);
    // A stolen code is worth nothing in a sign-in of the thief.
    const thief = await begin(brand);
    const state = new URL(thief.url).searchParams.get('state') ?? '';
    expect((await bring(brand, thief.cookie, { ...answer, state })).json.Code).toBe('provider_answer');
  });

  test('of a sign-in is no fresh proof, and the state does not say otherwise', async () => {
    const own = headersFor(tokenOf(await enter(brand, 'victim')), '-');
    const begun = await begin(brand);
    const given = await answerFor(begun, 'victim');
    const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
    for (const state of [given['state'], String(given['state']).replace('sign_in', 'proof')])
      expect(
        (
          await brand.call('POST', '/session/confirmation', {
            headers,
            body: { provider: { ...given, state } },
          })
        ).json.Code,
      ).toBe('provider_flow');
  });

  test('by a session at the provider that was left open is no fresh proof', async () => {
    const browser = new ProviderBrowser();
    provider.people.set('victim', { ...victim, ago: 600 });
    const entered = await enter(brand, 'victim', browser);
    expect(entered.json.session.confirmed_until).toBeNull();
    const own = headersFor(tokenOf(entered), '-');
    const prove = async (change: (url: URL) => void) => {
      const begun = await begin(brand, '?purpose=proof');
      const url = new URL(begun.url);
      change(url);
      const given = await answerFor({ ...begun, url: url.href }, 'victim', browser);
      const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
      return brand.call('POST', '/session/confirmation', { headers, body: { provider: given } });
    };
    // The page leaves out what asks for a new sign-in there.
    const reused = await prove(({ searchParams }) => {
      searchParams.delete('prompt');
      searchParams.delete('max_age');
    });
    expect(reused.json.Code).toBe('provider_answer');
    provider.people.set('victim', victim);
    expect((await prove(() => undefined)).status).toBe(200);
  });

  test('by a session at the provider that is older than a session here opens none', async () => {
    const browser = new ProviderBrowser();
    const enterAfter = async (ago: number) => {
      provider.people.set('victim', { ...victim, ago });
      await enter(brand, 'victim', browser);
      const begun = await begin(brand);
      const url = new URL(begun.url);
      url.searchParams.delete('max_age');
      return bring(brand, begun.cookie, await answerFor({ ...begun, url: url.href }, 'victim', browser));
    };
    const [old, young] = [await enterAfter(13 * 3_600), await enterAfter(11 * 3_600)];
    provider.people.set('victim', victim);
    expect(old.json.Code).toBe('provider_answer');
    expect(young.json.session.confirmed_until).toBeNull();
  });

  test('that says to come from another issuer is refused (mix-up)', async () => {
    const begun = await begin(brand);
    const given = { ...(await answerFor(begun, 'victim')), iss: 'https://evil.example' };
    expect((await bring(brand, begun.cookie, given)).json.Code).toBe('provider_answer');
  });

  test('leads to no page of another site', async () => {
    for (const to of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/%2F/evil',
      'javascript:1',
    ]) {
      const path = `/provider-sign-ins?to=${encodeURIComponent(to)}`;
      expect((await brand.call('POST', path, { headers: { Cookie: '' } })).json.Code).toBe('input_error');
    }
    // Nor with a cookie that the browser did not get from here.
    const begun = await begin(brand, '?to=/blue-ridge');
    const [secret] = begun.cookie.split('.');
    const forged = `${secret}.${Buffer.from('//evil.example').toString('base64url')}`;
    const answer = await bring(brand, forged, await answerFor(begun, 'victim'));
    expect([answer.status, answer.json.to]).toEqual([201, null]);
  });
});

describe('a token', () => {
  const entered = async (forge: Forge): Promise<Called> => {
    provider.forge = forge;
    try {
      return await enter(brand, 'attacker');
    } finally {
      provider.forge = undefined;
    }
  };

  test.each<[string, Forge]>([
    ['for another sign-in', (claims) => ({ claims: { ...claims, nonce: 'x'.repeat(43) } })],
    ['without a nonce', ({ nonce: _, ...claims }) => ({ claims })],
    ['for another service', (claims) => ({ claims: { ...claims, aud: 'another' } })],
    ['for several services', (claims) => ({ claims: { ...claims, aud: ['clientele', 'another'] } })],
    ['of another issuer', (claims) => ({ claims: { ...claims, iss: 'https://evil.example' } })],
    ['of nobody', (claims) => ({ claims: { ...claims, sub: '' } })],
    [
      'with the key of another one',
      (claims) => ({ claims, key: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey }),
    ],
  ])('%s is refused', async (_what, forge) => {
    expect((await entered(forge)).json.Code).toBe('provider_answer');
  });

  test('that has expired is refused, and one that is not changed opens a session', async () => {
    const expired = await entered((claims) => ({ claims: { ...claims, exp: Number(claims['iat']) - 60 } }));
    expect(expired.json.Code).toBe('provider_clock');
    expect((await entered((claims) => ({ claims }))).status).toBe(201);
  });
});

describe('a person who can write to the database', () => {
  const altered = { Status: 503, Code: 'record_altered' };

  test.each([
    ['the victim to the attacker', "subject = $2 || ' attacker'"],
    ['nobody', 'subject = null'],
  ])('gives the account of %s, and is not believed', async (_what, set) => {
    const own = headersFor(tokenOf(await enter(brand, 'victim')), '-');
    await enter(brand, 'attacker');
    await world.sql(
      "update operators set subject = subject || ' before' where email = 'attacker@example.com'",
    );
    const before = await world.sql("select subject from operators where email = 'victim@example.com'");
    await world.sql(`update operators set ${set} where email = $1 and ($2::text is null or true)`, [
      'victim@example.com',
      provider.issuer,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    if (set.includes('attacker')) expect((await enter(brand, 'attacker')).json).toMatchObject(altered);
    expect((await brand.call('GET', '/session', { headers: own })).json).toMatchObject(altered);
    const findings = await examineRecords(world.system.db, world.system.vault);
    expect(JSON.stringify(findings)).toContain('operators');
    await world.sql('update operators set subject = $1 where email = $2', [
      before[0]?.['subject'],
      'victim@example.com',
    ]);
    await world.sql(
      "update operators set subject = replace(subject, ' before', '') where email = 'attacker@example.com'",
    );
    expect((await enter(brand, 'victim')).status).toBe(201);
    expect((await enter(brand, 'attacker')).status).toBe(201);
  });

  test('makes a password account one of the provider, and is not believed', async () => {
    const { email } = await newPerson(world.system, brand.brandId);
    provider.people.set('third', { ...victim, email: 'third@example.com' });
    await world.sql('update operators set subject = $1 where email = $2', [
      `${provider.issuer} third`,
      email,
    ]);
    expect((await enter(brand, 'third')).json).toMatchObject(altered);
    await world.sql('update operators set subject = null where email = $1', [email]);
    expect((await enter(brand, 'third')).status).toBe(201);
  });
});

test('a passkey of a person of the provider proves them again, and is no way in past the provider', async () => {
  const own = headersFor(tokenOf(await enter(brand, 'victim')), '-');
  const authenticator = await withPasskey(brand, own);
  const passkey = authenticator.assert(await newChallenge(brand));
  const opened = await brand.call('POST', '/session/passkey', { body: { passkey }, headers: {} });
  expect(opened.json.Code).toBe('sign_in_err');
  const again = authenticator.assert(await newChallenge(brand));
  const proven = await brand.call('POST', '/session/confirmation', {
    headers: own,
    body: { passkey: again },
  });
  expect(proven.status).toBe(200);
  // A weaker proof of the provider does not stand in for the passkey.
  const begun = await begin(brand, '?purpose=proof');
  const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
  const body = { provider: await answerFor(begun, 'victim') };
  expect((await brand.call('POST', '/session/confirmation', { headers, body })).json.Code).toBe(
    'provider_answer',
  );
});

test('a provider that names addresses inside the network of the service reaches none but its own', async () => {
  const inside = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  const hostile = createServer((_request, response) => {
    const { port } = inside.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `http://127.0.0.1:${port}/admin`,
        jwks_uri: `${issuer}/keys`,
      }),
    );
  }).listen(0, '127.0.0.1');
  await Promise.all([once(inside, 'listening'), once(hostile, 'listening')]);
  let asked = 0;
  inside.on('request', () => {
    asked += 1;
  });
  const { port } = hostile.address() as AddressInfo;
  const company = openIdProvider({
    outbound: openOutbound({ allow: [`127.0.0.1:${port}`], timeoutMs: 2_000, maxResponseBytes: 65_536 }),
    issuer: `http://127.0.0.1:${port}`,
    clientId: 'clientele',
    secret: 'secret',
    scopes: 'openid',
    label: 'Hostile',
    maxAge: 60,
    now: wallClock,
    groupsClaim: 'groups',
    mustVerifyEmail: true,
    strongAcr: [],
    strongAmr: [],
  });
  try {
    const expected = { redirectUri: 'http://localhost/x', state: 's', nonce: 'n', verifier: 'v'.repeat(43) };
    expect(await company.redeem({ code: 'c', iss: undefined }, expected)).toEqual({
      failure: 'unreachable',
      why: 'address address',
    });
    expect(asked).toBe(0);
  } finally {
    await company.close();
    inside.close();
    hostile.close();
  }
});

test('what is not signed does not say how and when a person proved who they are, and vouches for no other address', () => {
  const asked = { groupsClaim: 'groups', mustVerifyEmail: true, strongAcr: [], strongAmr: ['hwk'] };
  const answer = { groups: ['ridge'], amr: ['hwk'], auth_time: 1_800_000_000, email_verified: true };
  const more = { ...answer, sub: 'ann', email: 'ann@example.com', name: 'Ann\u202e\nChen' };
  const claims = withMore({ sub: 'ann', email: 'victim@example.com' }, more, asked);
  expect(identityOf('https://login.example.com', claims, asked)).toMatchObject({
    groups: ['ridge'],
    isStrong: false,
    provenAt: undefined,
    email: 'ann@example.com',
  });
  const odd = { ...claims, email: 'ann\u202e@example.com' };
  expect(identityOf('https://login.example.com', odd, asked)).toMatchObject({ email: undefined });
});

test('a fresh proof by a person who is in no group any more opens nothing, and ends the sessions', async () => {
  const email = 'dismissed@example.com';
  provider.people.set('dismissed', { ...victim, email });
  const own = headersFor(tokenOf(await enter(brand, 'dismissed')), '-');
  provider.people.set('dismissed', { ...victim, email, groups: [] });
  const begun = await begin(brand, '?purpose=proof');
  const body = { provider: await answerFor(begun, 'dismissed') };
  const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
  const answer = await brand.call('POST', '/session/confirmation', { headers, body });
  expect(answer.json.Code).toBe('provider_no_roles');
  expect((await brand.call('GET', '/session', { headers: own })).json.Code).toBe('session_err');
});
