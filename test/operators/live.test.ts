import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/operators/roles.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { cleanUp, clientele } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { newChallenge, withPasskey } from './authenticator.ts';
import type { Person } from './people.ts';
import { password, signedIn } from './people.ts';

// In live the roles that reach furthest take a passkey, and passkeys take a name of the host.

let world: World;
let brand: BrandClient;
let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-live-'));
  createRootKeyFile(join(folder, 'root.key'));
  env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: join(folder, 'root.key') };
  world = await openWorld({
    apiOnly: true,
    env: { ...env, CLIENTELE_PUBLIC_URL: 'https://people.example.com/' },
  });
  brand = await world.brand();
}, 60_000);
afterAll(async () => {
  await cleanUp();
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Over TLS, which the proxy in front of the service has ended. */
const secure = ({ token }: Person, brandId = '-') => ({
  Cookie: `__Host-clientele=${token}`,
  'Clientele-Brand': brandId,
});
const withPassword = (roles: readonly Role[]) =>
  signedIn(world.system, brand.brandId, { roles, isStrong: false });
const ask = async (person: Person) =>
  (await brand.call('GET', '/audit', { headers: secure(person, brand.brandId) })).json;
const session = async (person: Person) =>
  (await brand.call('GET', '/session', { headers: secure(person) })).json;

describe('a session that a password alone has opened', () => {
  test.each(['compliance', 'admin'] as const)(
    'leads a person with the role %s to a passkey only',
    async (role) => {
      const person = await withPassword([role, 'viewer']);
      expect((await ask(person)).Code).toBe('passkey_required');
      const before = await session(person);
      expect(before).toMatchObject({
        passkey_required: true,
        brands: [{ roles: expect.any(Array), scopes: [] }],
      });
      await withPasskey(brand, secure(person));
      expect(await ask(person)).toHaveProperty('data');
      expect(await session(person)).toMatchObject({ passkey_required: false, with_passkey: true });
    },
  );

  test('does what other roles allow', async () => {
    const person = await withPassword(['viewer', 'agent']);
    const answer = await brand.call('GET', '/customers', { headers: secure(person, brand.brandId) });
    expect(answer.status).toBe(200);
  });

  test('of an account that has a passkey waits for it, and takes no other', async () => {
    const owner = await withPassword(['compliance']);
    const authenticator = await withPasskey(brand, secure(owner));
    const body = { email: owner.operator.email, password };
    const opened = await brand.call('POST', '/session', { body, headers: {} });
    const [, token = ''] = /__Host-clientele=([\w-]+)/.exec(opened.headers.get('set-cookie') ?? '') ?? [];
    const later = { ...owner, token };
    expect((await ask(later)).Code).toBe('passkey_required');
    const confirm = (proof: object) =>
      brand.call('POST', '/session/confirmation', { body: proof, headers: secure(later) });
    expect((await confirm({ password })).json.Code).toBe('sign_in_err');
    expect((await ask(later)).Code).toBe('passkey_required');
    expect((await confirm({ passkey: authenticator.assert(await newChallenge(brand)) })).status).toBe(200);
    expect(await ask(later)).toHaveProperty('data');
  });
});

describe('the name of the host', () => {
  test('is the one of CLIENTELE_PUBLIC_URL, whatever a request says', async () => {
    const headers = { Host: 'localhost', Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' };
    const { json } = await brand.call('POST', '/passkey-challenges', { headers });
    expect(json).toMatchObject({ host: 'people.example.com', origin: 'https://people.example.com' });
  });

  test('is asked for by the page of the console and by the commands that print links', async () => {
    const unnamed = await openWorld({ apiOnly: true, env });
    try {
      const page = await fetch(`${unnamed.url}/console/`);
      expect([page.status, await page.text()]).toEqual([
        503,
        expect.stringContaining('CLIENTELE_PUBLIC_URL'),
      ]);
      const made = await clientele(
        [
          'operators',
          'create',
          'ann.lee@example.com',
          '--roles',
          'all',
          '--reason',
          'First.',
          '--output',
          'json',
        ],
        { ...unnamed.databaseSettings, ...env, CLIENTELE_DATA_DIR: unnamed.config.dataDir },
      );
      expect(made.stderr).toContain('CLIENTELE_PUBLIC_URL');
      expect(made.code).not.toBe(0);
      expect(await unnamed.sql('select 1 from operators')).toEqual([]);
    } finally {
      await unnamed.close();
    }
  });
});
