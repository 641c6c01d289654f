import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BrandClient, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';
import { headersFor, newPerson, signedIn } from '../people.ts';
import { answerFor, begin, bring, enter, tokenOf } from './calls.ts';
import type { TestProvider } from './identity-provider.ts';
import { openProvider, ProviderBrowser } from './identity-provider.ts';

// Sign-in at a real provider of OpenID Connect, on a whole running system.

let provider: TestProvider;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  provider = await openProvider();
  world = await openWorld({ env: provider.settings, apiOnly: true });
  brand = await world.brand('Blue Ridge');
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

const person = (login: string, groups: readonly string[]) => {
  const known = { email: `${login}@example.com`, email_verified: true, name: `Person ${login}`, groups };
  provider.people.set(login, known);
  return known;
};

async function entriesOf(operation: string): Promise<readonly Record<string, unknown>[]> {
  await settled(world);
  return (await brand.call('GET', `/audit?operation=${operation}`)).json.data;
}

test('the first sign-in makes an account with the roles of the groups, and the trail tells it', async () => {
  const { email } = person('ann', ['ridge', 'unknown']);
  const begun = await begin(brand, '?to=/blue-ridge/customers');
  const answer = await bring(brand, begun.cookie, await answerFor(begun, 'ann'));
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([201, expect.any(String)]);
  const { session, to } = answer.json;
  expect(to).toBe('/blue-ridge/customers');
  expect(session.account).toMatchObject({ email, name: 'Person ann' });
  expect(session).toMatchObject({ by_provider: true, has_password: false, confirm_with: ['provider'] });
  expect(session.brands).toMatchObject([{ name: 'Blue Ridge', roles: ['viewer', 'developer'] }]);
  const [entry] = await entriesOf('openProviderSession');
  expect(entry).toMatchObject({
    actor: { kind: 'operator', user: email },
    sign_in: 'provider',
    roles: ['viewer', 'developer'],
    roles_everywhere: [],
  });
  const headers = headersFor(tokenOf(answer), '-');
  expect((await brand.call('GET', '/session', { headers })).json.account.email).toBe(email);
});

test('roles follow the groups at each sign-in', async () => {
  person('bea', ['support']);
  const first = await enter(brand, 'bea');
  expect(first.json.session.brands[0].roles).toEqual(['agent']);
  person('bea', ['ridge']);
  const second = await enter(brand, 'bea');
  expect(second.json.session.brands[0].roles).toEqual(['viewer', 'developer']);
  expect(second.json.session.account.operator_id).toBe(first.json.session.account.operator_id);
  expect((await entriesOf('openProviderSession'))[0]).toMatchObject({
    roles: ['viewer', 'developer'],
    roles_everywhere: [],
  });
  await enter(brand, 'bea');
  expect((await entriesOf('openProviderSession'))[0]).not.toHaveProperty('roles');
  // The first session has the new roles too.
  const headers = headersFor(tokenOf(first), '-');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await brand.call('GET', '/session', { headers })).json.brands[0].roles).toEqual([
    'viewer',
    'developer',
  ]);
});

test('a person without a group is refused, and one who had roles loses them with the sessions', async () => {
  person('cem', []);
  expect((await enter(brand, 'cem')).json.Code).toBe('provider_no_roles');
  person('cem', ['support', 'ridge']);
  const headers = headersFor(tokenOf(await enter(brand, 'cem')), '-');
  person('cem', []);
  expect((await enter(brand, 'cem')).json.Code).toBe('provider_no_roles');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await brand.call('GET', '/session', { headers })).json.Code).toBe('session_err');
  expect((await entriesOf('openProviderSession'))[0]).toMatchObject({
    sign_in: 'refused',
    roles: [],
    roles_everywhere: [],
  });
});

test('an address of another account is refused and never merged', async () => {
  const taken = await newPerson(world.system, brand.brandId, { roles: ['viewer'] });
  provider.people.set('dee', { email: taken.email.toUpperCase(), email_verified: true, groups: ['admins'] });
  expect((await enter(brand, 'dee')).json.Code).toBe('provider_email_taken');
  expect((await entriesOf('openProviderSession'))[0]).toMatchObject({
    actor: { id: taken.operatorId },
    sign_in: 'refused',
  });
});

test.each([
  ['that is not verified', { email: 'eve@example.com', email_verified: false }],
  ['of which the provider says nothing', { email: 'eve@example.com' }],
  ['that is none', { email: 'eve', email_verified: true }],
  ['that is missing', {}],
])('an address %s makes no account', async (_what, claims) => {
  provider.people.set('eve', { ...claims, groups: ['support'] });
  expect((await enter(brand, 'eve')).json.Code).toBe('provider_email');
});

test('a disabled person is refused, and enters again after a reset, without a link', async () => {
  person('fay', ['support']);
  const entered = await enter(brand, 'fay');
  const { operator_id: id } = entered.json.session.account;
  const { headers } = await signedIn(world.system, brand.brandId, { everywhere: ['admin'] });
  const path = `/operators/${id}`;
  const changed = await brand.call('PATCH', path, { headers, body: { disabled: true } });
  expect(changed.json).toMatchObject({ status: 'disabled', by_provider: true });
  await new Promise((resolve) => setTimeout(resolve, 600));
  const own = headersFor(tokenOf(entered), '-');
  expect((await brand.call('GET', '/session', { headers: own })).json.Code).toBe('session_err');
  expect((await enter(brand, 'fay')).json.Code).toBe('account_disabled');
  const reset = await brand.call('POST', `${path}/reset`, { headers });
  expect(reset.json).toMatchObject({ link: null, operator: { status: 'active', by_provider: true } });
  expect((await enter(brand, 'fay')).status).toBe(201);
});

test('roles of a person of the provider are not changed by hand', async () => {
  const { email } = person('gus', ['ridge']);
  const { operator_id: id } = (await enter(brand, 'gus')).json.session.account;
  const { headers } = await signedIn(world.system, brand.brandId, { everywhere: ['admin'] });
  const given = { headers, body: { roles: ['admin'] } };
  expect((await brand.call('PATCH', `/operators/${id}`, given)).json.Code).toBe('provider_account');
  const invited = { headers, body: { email, roles: ['admin'] } };
  expect((await brand.call('POST', '/operators', invited)).json.Code).toBe('provider_account');
});

test('a sign-in at the provider long ago opens a session, and proves nothing fresh', async () => {
  person('hal', ['ridge']);
  const browser = new ProviderBrowser();
  const first = await enter(brand, 'hal', browser);
  expect(first.json.session.confirmed_until).not.toBeNull();
  // The provider answers without asking again, and says when the person was there.
  const later = await enter(brand, 'hal', browser);
  expect(Date.parse(later.json.session.confirmed_until)).toBeLessThanOrEqual(
    Date.parse(first.json.session.confirmed_until) + 1_000,
  );
});

test('a fresh sign-in at the provider is the fresh proof of its people', async () => {
  person('ida', ['ridge']);
  const browser = new ProviderBrowser();
  const entered = await enter(brand, 'ida', browser);
  const own = headersFor(tokenOf(entered), '-');
  const begun = await begin(brand, '?purpose=proof');
  expect(new URL(begun.url).searchParams.get('prompt')).toBe('login');
  const asked = await answerFor(begun, 'ida', browser);
  const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
  // It is for the proof alone.
  const opened = await brand.call('POST', '/session/provider', { headers, body: asked });
  expect(opened.json.Code).toBe('provider_flow');
  const proven = await brand.call('POST', '/session/confirmation', { headers, body: { provider: asked } });
  expect([proven.status, proven.text]).toEqual([200, expect.stringContaining('confirmed_until')]);
  const again = await brand.call('POST', '/session/confirmation', { headers, body: { provider: asked } });
  expect(again.json.Code).toBe('provider_flow');
});

test('another person of the provider does not prove the one who has signed in', async () => {
  person('jan', ['ridge']);
  person('kim', ['ridge']);
  const own = headersFor(tokenOf(await enter(brand, 'jan')), '-');
  const begun = await begin(brand, '?purpose=proof');
  const headers = { ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
  const body = { provider: await answerFor(begun, 'kim') };
  expect((await brand.call('POST', '/session/confirmation', { headers, body })).json.Code).toBe(
    'provider_answer',
  );
  expect((await entriesOf('confirmSession'))[0]).toMatchObject({ sign_in: 'refused' });
});

test('a person who leaves the provider is told so', async () => {
  const begun = await begin(brand);
  const answer = await answerFor(begun, '');
  expect(answer).toMatchObject({ error: 'access_denied' });
  expect((await bring(brand, begun.cookie, answer)).json.Code).toBe('provider_denied');
});

test('no line of the log has a code, a state, an address or a subject', async () => {
  person('liv', ['ridge']);
  const begun = await begin(brand);
  const answer = await answerFor(begun, 'liv');
  await bring(brand, begun.cookie, answer);
  await bring(brand, begun.cookie, answer);
  const log = world.log.join('\n');
  expect(log).toContain('openProviderSession');
  for (const secret of [answer['code'], answer['state'], 'liv@example.com', `${provider.issuer} liv`])
    expect(log).not.toContain(secret);
});

test('what the settings name counts as a passkey, and an address that a directory assigns needs no claim', async () => {
  const strict = await openWorld({
    env: {
      ...provider.settings,
      CLIENTELE_OIDC_STRONG_ACR: 'phr',
      CLIENTELE_OIDC_STRONG_AMR: 'hwk, swk',
      CLIENTELE_OIDC_EMAIL: 'assigned',
    },
    apiOnly: true,
  });
  try {
    const tenant = await strict.brand();
    const begun = await begin(tenant);
    expect(new URL(begun.url).searchParams.get('acr_values')).toBe('phr');
    const strengths = [{}, { amr: ['pwd', 'otp'] }, { amr: ['pwd', 'hwk'] }, { acr: 'phr' }];
    const found = [];
    for (const [at, how] of strengths.entries()) {
      provider.people.set(`mia${at}`, { email: `mia${at}@example.com`, groups: ['officers'], ...how });
      found.push((await enter(tenant, `mia${at}`)).json.session.with_passkey);
    }
    expect(found).toEqual([false, false, true, true]);
    provider.people.set('nia', { email: 'nia@example.com', email_verified: false, groups: ['officers'] });
    expect((await enter(tenant, 'nia')).json.Code).toBe('provider_email');
  } finally {
    await strict.close();
  }
});
