import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { headersFor, newPerson, password, signedIn } from './people.ts';

// How people sign in, stay signed in and are signed out, on a whole running system.

let world: World;
let brand: BrandClient;
let ahead = 0;
let frozen: Instant | undefined;
const now = (): Instant => plusSeconds(frozen ?? instantOfMillis(Date.now()), ahead);
beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_DEMO: '1' }, now, apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const open = (path: string, body: object, headers: Record<string, string> = {}): Promise<Called> =>
  brand.call('POST', path, { body, headers });

/** The token in the cookie that an answer sets. */
function tokenIn({ headers }: Called): string {
  const [, token] = /^clientele=([\w-]{43}); Path=\/; HttpOnly; SameSite=Strict$/.exec(
    headers.get('set-cookie') ?? '',
  ) ?? [undefined, ''];
  if (!token) throw new Error(`No cookie of a session: ${headers.get('set-cookie')}`);
  return token;
}

/** The entries of the brand's trail of one operation. */
async function entriesOf(operation: string): Promise<readonly Record<string, unknown>[]> {
  await settled(world);
  return (await brand.call('GET', `/audit?operation=${operation}`)).json.data;
}

describe('a password', () => {
  test('signs its person in, and the trail of the brand has who', async () => {
    const { email, operatorId } = await newPerson(world.system, brand.brandId, { roles: ['viewer'] });
    const answer = await open('/session', { email: `  ${email.toUpperCase()} `, password });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json.account).toEqual({ operator_id: operatorId, email, name: 'Maria Chen' });
    expect(answer.json.brands).toEqual([
      {
        bond_brand_id: brand.brandId,
        name: brand.name,
        slug: brand.name.toLowerCase().replaceAll(' ', '-'),
        roles: ['viewer'],
        scopes: ['customers:read', 'kyc:read', 'webhooks:read', 'events:read'],
      },
    ]);
    const headers = headersFor(tokenIn(answer), '-');
    expect((await brand.call('GET', '/session', { headers })).json.account.email).toBe(email);
    const [seen] = await world.sql('select last_seen_at from operators where operator_id = $1', [operatorId]);
    expect(seen, 'seen from the sign-in on').toMatchObject({ last_seen_at: expect.any(Date) });
    const [entry] = await entriesOf('openSession');
    expect(entry).toMatchObject({
      actor: { kind: 'operator', id: operatorId, user: email },
      sign_in: 'password',
    });
  });

  test('that is wrong, of nobody, or of a disabled account gets one answer', async () => {
    const known = await newPerson(world.system, brand.brandId);
    const disabled = await newPerson(world.system, brand.brandId);
    const admin = await signedIn(world.system, brand.brandId);
    const path = `/operators/${disabled.operatorId}`;
    await brand.call('PATCH', path, { body: { disabled: true }, headers: admin.headers });
    const answers = [
      await open('/session', { email: known.email, password: 'some other plain words' }),
      await open('/session', { email: 'nobody@example.com', password }),
      await open('/session', { email: disabled.email, password }),
    ];
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([401, answers[0]?.text]);
      expect(headers.get('set-cookie')).toBeNull();
    }
    expect((await entriesOf('openSession'))[0]).toMatchObject({
      actor: { id: disabled.operatorId },
      sign_in: 'refused',
    });
  });

  test('is waited for longer with each failure from the fifth on, also by those who have no account', async () => {
    const { email } = await newPerson(world.system, brand.brandId);
    frozen = now();
    ahead = 0;
    for (const address of [email, 'another.nobody@example.com']) {
      const waits = [];
      while (waits.length < 11) {
        const answer = await open('/session', { email: address, password: 'some other plain words' });
        const wait = answer.status === 429 ? Number(answer.headers.get('retry-after')) : 0;
        expect([401, 429]).toContain(answer.status);
        waits.push(wait);
        ahead += wait;
      }
      expect(waits).toEqual([0, 0, 0, 0, 0, 10, 0, 20, 0, 40, 0]);
    }
    // The right one has to wait, too, and a success forgets all failures.
    expect((await open('/session', { email, password })).status).toBe(429);
    ahead += 80;
    expect((await open('/session', { email, password })).status).toBe(201);
    const wrong = await open('/session', { email, password: 'some other plain words' });
    expect(wrong.status).toBe(401);
    expect((await open('/session', { email, password })).status).toBe(201);
    frozen = undefined;
  });

  test('of many tries at the same time is tried no more often than one after the other', async () => {
    const { email } = await newPerson(world.system, brand.brandId);
    const tries = Array.from({ length: 12 }, () =>
      open('/session', { email, password: 'some other plain words' }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
  });
});

describe('an invitation', () => {
  const invite = async (email: string): Promise<string> => {
    const admin = await signedIn(world.system, brand.brandId);
    const body = { email, roles: ['viewer'] };
    return (await brand.call('POST', '/operators', { body, headers: admin.headers })).json.link.split('#')[1];
  };
  const accept = (token: string, more: object = {}) =>
    open('/session/invitation', { token, name: 'Ann Lee', password, ...more });

  test('lets its person choose a password once, within 72 hours', async () => {
    const token = await invite('ann.lee@example.com');
    const accepted = await accept(token);
    expect(accepted.status).toBe(201);
    expect(accepted.json.account).toMatchObject({ email: 'ann.lee@example.com', name: 'Ann Lee' });
    expect((await accept(token)).json.Code).toBe('link_err');
    expect((await open('/session', { email: 'ann.lee@example.com', password })).status).toBe(201);
    const late = await invite('late@example.com');
    ahead += 72 * 3_600;
    expect((await accept(late)).json.Code).toBe('link_err');
  });

  test.each([
    ['short', 'eleven char', 'Must be between 12 and 128 characters.'],
    ['long', `${'words '.repeat(22)}`, 'Must be between 12 and 128 characters.'],
    ['of few characters', 'abababababab', 'Must have at least five different characters.'],
    ['common', 'passwordpassword', 'common'],
    ['common but for its end', 'Password1234567!', 'common'],
    ['the own address', 'anne.smith.2026', 'Is made of your name or address.'],
  ])('takes no password that is %s', async (what, chosen, problem) => {
    const token = await invite(`anne.smith@${what.replaceAll(' ', '-')}.example.com`);
    const answer = await accept(token, { password: chosen });
    expect(answer.status).toBe(400);
    expect(answer.json.Message.password[0]).toContain(problem);
    expect(answer.text).not.toContain(chosen.trim());
    expect((await accept(token)).status).toBe(201);
  });
});

test('without a body, or with one that is no object, is answered by the fields that are missing', async () => {
  const { headers } = await signedIn(world.system, brand.brandId);
  for (const path of ['/session', '/session/invitation', '/operators'])
    for (const raw of [undefined, 'null', '[]', '7']) {
      const answer = await brand.call('POST', path, { headers, ...(raw !== undefined && { raw }) });
      expect(answer.json).toMatchObject({ Status: 400, Code: 'input_error' });
    }
});

describe('the first start', () => {
  test('prints no link in live, where the log would keep it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientele-sign-in-'));
    createRootKeyFile(join(folder, 'root.key'));
    const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: join(folder, 'root.key') };
    const live = await openWorld({ env, apiOnly: true });
    await live.close();
    rmSync(folder, { recursive: true });
    expect(live.firstLink).toBeUndefined();
  });

  test('prints a link for the first account, which has every role in every brand', async () => {
    const fresh = await openWorld({ env: { CLIENTELE_DEMO: '1' }, apiOnly: true });
    try {
      const first = await fresh.brand();
      expect(fresh.firstLink).toMatch(/^http:\/\/localhost:\d+\/console\/start#first_[\w-]{43}$/);
      const options = await first.call('GET', '/sign-in');
      expect(options.json).toMatchObject({ first_start: true, environment: 'sandbox' });
      const body = {
        token: fresh.firstLink?.split('#')[1],
        name: 'Maria Chen',
        email: 'Maria.Chen@Example.com',
        password,
      };
      const answer = await first.call('POST', '/session/invitation', { body });
      expect(answer.json.account.email).toBe('maria.chen@example.com');
      expect(answer.json.brands.map(({ roles }: { roles: object }) => roles)).toEqual(
        answer.json.brands.map(() => ['viewer', 'agent', 'compliance', 'developer', 'admin']),
      );
      const later = await fresh.brand('Later');
      const headers = headersFor(tokenIn(answer), later.brandId);
      expect((await later.call('GET', '/operators', { headers })).status).toBe(200);
      expect((await first.call('POST', '/session/invitation', { body })).json.Code).toBe('link_err');
      expect((await first.call('GET', '/sign-in')).json.first_start).toBe(false);
    } finally {
      await fresh.close();
    }
  });
});

describe('the demo', () => {
  test('signs its people in by one click, each with their roles', async () => {
    const { json } = await brand.call('GET', '/sign-in');
    for (const { account, roles } of json.demo) {
      const answer = await open('/session/demo', { account });
      expect(answer.status).toBe(201);
      expect(answer.json.brands[0].roles).toEqual(roles);
    }
    expect(json.demo.map(({ account }: { account: string }) => account)).toEqual(['avery', 'sam', 'robin']);
  });

  test('is not offered to another machine', async () => {
    const headers = { 'X-Forwarded-For': '192.0.2.7' };
    expect((await open('/session/demo', { account: 'avery' }, headers)).status).toBe(404);
    expect((await brand.call('GET', '/sign-in', { headers })).json.demo).toEqual([]);
  });
});
