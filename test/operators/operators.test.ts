import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/operators/roles.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import type { Person } from './people.ts';
import { headersFor, newPerson, password, signedIn } from './people.ts';

// Admins invite people, change their roles and end their access, in the brands that they administer.

let world: World;
let brand: BrandClient;
let other: BrandClient;
let admin: Person;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  other = await world.brand();
  admin = await signedIn(world.system, brand.brandId, { roles: ['admin'] });
});
afterAll(() => world.close());

const change = (id: string, body: object, { headers }: Person = admin) =>
  brand.call('PATCH', `/operators/${id}`, { body, headers });
const reset = (id: string, { headers }: Person = admin) =>
  brand.call('POST', `/operators/${id}/reset`, { headers });
const invite = (email: string, roles: readonly Role[], { headers }: Person = admin) =>
  brand.call('POST', '/operators', { body: { email, roles }, headers });

describe('an admin', () => {
  test('gives roles in one brand, and the trail has them', async () => {
    const person = await newPerson(world.system, brand.brandId, { roles: ['viewer'] });
    const changed = await change(person.operatorId, { roles: ['agent', 'viewer'] });
    expect(changed.json).toMatchObject({
      roles: ['viewer', 'agent'],
      roles_everywhere: [],
      status: 'active',
    });
    await settled(world);
    const [entry] = (await brand.call('GET', '/audit?operation=updateOperator')).json.data;
    expect(entry).toMatchObject({
      actor: { kind: 'operator', id: admin.operator.operatorId, user: admin.operator.email },
      operator_id: person.operatorId,
      roles: ['viewer', 'agent'],
    });
    const foreign = await signedIn(world.system, other.brandId);
    const list = await other.call('GET', '/operators', { headers: foreign.headers });
    expect(list.text).not.toContain(person.operatorId);
  });

  test('changes nothing of their own account, so that one admin stays', async () => {
    const { operatorId, email } = admin.operator;
    expect((await change(operatorId, { roles: ['viewer'] })).json.Code).toBe('own_account');
    expect((await change(operatorId, { disabled: true })).json.Code).toBe('own_account');
    expect((await reset(operatorId)).json.Code).toBe('own_account');
    expect((await invite(email, ['admin', 'compliance'])).json.Code).toBe('own_account');
  });

  test('and another one who take the role from each other at the same time leave one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const place = await world.brand();
      const people = [
        await signedIn(world.system, place.brandId, { roles: ['admin'] }),
        await signedIn(world.system, place.brandId, { roles: ['admin'] }),
      ];
      const answers = await Promise.all(
        people.map(({ headers }, at) =>
          place.call('PATCH', `/operators/${people[1 - at]?.operator.operatorId}`, {
            body: { roles: ['viewer'] },
            headers,
          }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    }
  });

  test('disables an account: its sessions and links end, and it signs in nowhere', async () => {
    const person = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    const { operatorId, email } = person.operator;
    const { link } = (await reset(operatorId)).json;
    const disabled = await change(operatorId, { disabled: true });
    expect(disabled.json.status).toBe('disabled');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { headers } = person;
    expect((await brand.call('GET', '/customers', { headers })).json.Code).toBe('session_err');
    const accept = { token: link.split('#')[1], password };
    expect((await brand.call('POST', '/session/invitation', { body: accept })).json.Code).toBe('link_err');
    const body = { email, password };
    expect((await brand.call('POST', '/session', { body })).json.Code).toBe('sign_in_err');
  });

  test('resets an account: its password and sessions end, and a link opens it once', async () => {
    const person = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    const answer = await reset(person.operator.operatorId);
    expect(answer.json.operator.status).toBe('invited');
    const body = { email: person.operator.email, password };
    expect((await brand.call('POST', '/session', { body })).json.Code).toBe('sign_in_err');
    const accept = { token: answer.json.link.split('#')[1], password };
    expect((await brand.call('POST', '/session/invitation', { body: accept })).status).toBe(201);
    expect((await brand.call('POST', '/session', { body })).status).toBe(201);
  });

  test('gets a link once: a repeat under its Idempotency-Key has none', async () => {
    const headers = { ...admin.headers, 'Idempotency-Key': 'invite-1' };
    const body = { email: 'once@example.com', roles: ['viewer'] };
    const first = await brand.call('POST', '/operators', { body, headers });
    const repeated = await brand.call('POST', '/operators', { body, headers });
    expect(first.json.link).toMatch(/^\/console\/start#invitation_/);
    expect(repeated.json).toEqual({ ...first.json, link: null, link_expires: null });
  });
});

describe('an admin of one brand', () => {
  test('neither ends nor opens an account that has roles in another one', async () => {
    const person = await newPerson(world.system, other.brandId, { roles: ['compliance'] });
    await invite(
      person.email,
      ['viewer'],
      await signedIn(world.system, brand.brandId, { everywhere: ['admin'] }),
    );
    expect((await reset(person.operatorId)).json.Code).toBe('operator_elsewhere');
    expect((await change(person.operatorId, { disabled: true })).json.Code).toBe('operator_elsewhere');
    expect((await change(person.operatorId, { roles: [] })).status).toBe(200);
  });

  test('gives no roles to an account of another brand, whose admin may hold a link to it', async () => {
    const theirs = await signedIn(world.system, other.brandId, { roles: ['admin'] });
    const body = { email: 'theirs@example.com', roles: ['compliance'] };
    const invited = await other.call('POST', '/operators', { body, headers: theirs.headers });
    expect(invited.json.link).not.toBeNull();
    expect((await invite(body.email, ['compliance'])).json.Code).toBe('operator_elsewhere');
    const token = String(invited.json.link).split('#')[1];
    const taken = { token, name: 'Mallory', password: 'a long sentence of my own' };
    const opened = await other.call('POST', '/session/invitation', { body: taken });
    expect(opened.status).toBe(201);
    expect(opened.json.brands.map((one: { bond_brand_id: string }) => one.bond_brand_id)).toEqual([
      other.brandId,
    ]);
  });

  test('who administers the other one, too, does both', async () => {
    const both = await signedIn(world.system, brand.brandId, { everywhere: ['admin'] });
    const person = await newPerson(world.system, other.brandId, { roles: ['compliance'] });
    await invite(person.email, ['viewer'], both);
    expect((await reset(person.operatorId, both)).status).toBe(201);
    expect((await change(person.operatorId, { disabled: true }, both)).status).toBe(200);
    const headers = headersFor(both.token, other.brandId);
    expect((await other.call('GET', '/operators', { headers })).status).toBe(200);
  });
});
