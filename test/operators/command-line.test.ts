import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, clientele } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { password } from './people.ts';

// The accounts of the console at the command line, beside a running service.

let world: World;
let brand: BrandClient;
let settings: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand('Blue Ridge');
  settings = { ...world.databaseSettings, CLIENTELE_DATA_DIR: world.config.dataDir, CLIENTELE_DEMO: '0' };
}, 60_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

const run = (...args: string[]) => clientele(['operators', ...args, '--output', 'json'], settings);
const email = 'ann.lee@example.com';

test('clientele operators gives roles, lists, resets and disables', async () => {
  const made = await run('create', 'Ann.Lee@Example.com', '--roles', 'agent', '--reason', 'Joined support.');
  expect(made.json).toMatchObject({ email, roles_everywhere: ['agent'], state: 'invited' });
  expect(made.json.link).toMatch(/^http:\/\/localhost:8080\/console\/start#invitation_[\w-]{43}$/);
  const token = made.json.link.split('#')[1];
  const body = { token, name: 'Ann Lee', password };
  expect((await brand.call('POST', '/session/invitation', { body })).status).toBe(201);

  const more = await run('create', email, '--roles', 'compliance', '--brand', 'Blue Ridge');
  expect(more.json).toMatchObject({ email, state: 'active' });
  expect(more.json.link).toBeUndefined();
  const listed = await run('list');
  expect(listed.json).toMatchObject([
    {
      email,
      name: 'Ann Lee',
      roles_everywhere: ['agent'],
      roles: { 'Blue Ridge': ['compliance'] },
      state: 'active',
    },
  ]);

  const reset = await run('reset', email);
  expect(reset.json.link).toContain('/console/start#reset_');
  const signIn = () => brand.call('POST', '/session', { body: { email, password } });
  expect((await signIn()).json.Code).toBe('sign_in_err');
  const again = { token: reset.json.link.split('#')[1], password };
  expect((await brand.call('POST', '/session/invitation', { body: again })).status).toBe(201);
  expect((await run('disable', email)).json.state).toBe('disabled');
  expect((await signIn()).json.Code).toBe('sign_in_err');

  await settled(world);
  const { data } = (await brand.call('GET', '/audit?actor=operator&limit=100')).json;
  const of = (operation: string) => data.filter((one: { operation: string }) => one.operation === operation);
  expect(of('operators create')).toMatchObject([
    { roles: ['compliance'] },
    { roles_everywhere: ['agent'], reason: 'Joined support.' },
  ]);
  expect(of('operators reset')).toMatchObject([{ operator_id: made.json.operator_id }]);
  expect(of('operators disable')).toMatchObject([{ disabled: true }]);
}, 120_000);

test.each([
  [['create', 'nobody', '--roles', 'all'], "An account needs a person's e-mail address"],
  [['create', email, '--roles', 'boss'], 'Not a role: boss. There are: viewer,'],
  [['create', email, '--roles', 'all', '--brand', 'Red Ridge'], 'There is no brand named'],
  [['reset', 'nobody@example.com'], 'There is no account of nobody@example.com.'],
])(
  'refuses %j',
  async (args, sentence) => {
    const ran = await run(...args);
    expect([ran.code, ran.stderr.includes(sentence), ran.stderr]).toEqual([1, true, ran.stderr]);
  },
  60_000,
);
