import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, clientele } from '../../installation/cli/program.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';
import { newPerson, password } from '../people.ts';
import { enter } from './calls.ts';
import type { TestProvider } from './identity-provider.ts';
import { openProvider } from './identity-provider.ts';

// People of the provider at the command line, beside a running service.

let provider: TestProvider;
let world: World;
let brand: BrandClient;
let settings: Readonly<Record<string, string>>;
beforeAll(async () => {
  provider = await openProvider();
  world = await openWorld({ env: provider.settings, apiOnly: true });
  brand = await world.brand('Blue Ridge');
  settings = {
    ...world.databaseSettings,
    ...provider.settings,
    CLIENTELE_DATA_DIR: world.config.dataDir,
    CLIENTELE_DEMO: '0',
  };
}, 60_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
  await provider.close();
});

const run = (...args: string[]) => clientele(['operators', ...args, '--output', 'json'], settings);

test('an account is linked to the subject of its person, and taken back', { timeout: 120_000 }, async () => {
  const { email, operatorId } = await newPerson(world.system, brand.brandId);
  provider.people.set('ann', { email, email_verified: true, groups: ['ridge'] });
  expect((await enter(brand, 'ann')).json.Code).toBe('provider_email_taken');

  expect((await run('link', email, '--subject', 'ann')).json).toMatchObject({ email, state: 'provider' });
  const signIn = () => brand.call('POST', '/session', { body: { email, password } });
  expect((await signIn()).json.Code).toBe('sign_in_err');
  const entered = await enter(brand, 'ann');
  expect(entered.json.session.account.operator_id).toBe(operatorId);
  expect(entered.json.session.brands[0].roles).toEqual(['viewer', 'developer']);

  const created = await run('create', email, '--roles', 'admin');
  expect([created.code, created.stderr]).toEqual([1, expect.stringContaining('signs in at the provider')]);
  const reset = await run('reset', email);
  expect(reset.json).toMatchObject({ state: 'provider' });
  expect(reset.json.link).toBeUndefined();
  expect((await run('list')).json).toMatchObject([
    { email, state: 'provider', subject: `${provider.issuer} ann` },
  ]);
  expect((await run('disable', email)).json.state).toBe('disabled');
  expect((await enter(brand, 'ann')).json.Code).toBe('account_disabled');

  expect((await run('unlink', email)).json.link, 'not while it is disabled').toBeUndefined();
  const back = await run('reset', email);
  expect(back.json.link).toContain('/console/start#reset_');
  expect((await enter(brand, 'ann')).json.Code).toBe('provider_email_taken');
  const again = { token: back.json.link.split('#')[1], password };
  expect((await brand.call('POST', '/session/invitation', { body: again })).status).toBe(201);
  expect((await run('unlink', email)).stderr).toContain('nothing to unlink');

  await settled(world);
  const { data } = (await brand.call('GET', '/audit?actor=operator&limit=100')).json;
  const operations = data.map((one: { operation: string }) => one.operation);
  for (const operation of ['operators link', 'operators unlink', 'operators reset', 'operators disable'])
    expect(operations).toContain(operation);
});

test('a disabled account stays disabled when it is linked and taken back', { timeout: 60_000 }, async () => {
  const { email } = await newPerson(world.system, brand.brandId);
  await run('disable', email);
  expect((await run('link', email, '--subject', 'dismissed')).json.state).toBe('disabled');
  const back = await run('unlink', email);
  expect([back.json.state, back.json.link]).toEqual(['disabled', undefined]);
});

test('a subject belongs to one account', { timeout: 60_000 }, async () => {
  const [one, other] = [
    await newPerson(world.system, brand.brandId),
    await newPerson(world.system, brand.brandId),
  ];
  expect((await run('link', one.email, '--subject', 'bea')).code).toBe(0);
  const again = await run('link', other.email, '--subject', 'bea');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`${one.email} has this subject`)]);
});

test('the doctor says whether the provider can be used, and what it has to know', {
  timeout: 60_000,
}, async () => {
  const look = async (env: Readonly<Record<string, string>>) =>
    (await clientele(['doctor', '--output', 'json'], { ...settings, ...env })).json as readonly {
      readonly check: string;
      readonly state: string;
      readonly explanation: string;
    }[];
  const found = await look({ CLIENTELE_OIDC_ROLES: '{"a": {"No Such Brand": ["viewer"]}}' });
  expect(found.find(({ check }) => check === 'sign-in provider')).toMatchObject({
    state: 'green',
    explanation: expect.stringContaining('http://localhost:8080/console/sign-in/callback'),
  });
  expect(found.find(({ check }) => check === 'roles of groups')).toMatchObject({
    state: 'yellow',
    explanation: expect.stringContaining('No Such Brand'),
  });
  const away = await look({ CLIENTELE_OIDC_ISSUER: 'http://127.0.0.1:1' });
  expect(away.find(({ check }) => check === 'sign-in provider')).toMatchObject({ state: 'red' });
  expect(away.find(({ check }) => check === 'roles of groups')).toBeUndefined();
});
