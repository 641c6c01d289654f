import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { proveOperator, proveRoles } from '../../../../src/operations/proofs.ts';
import { scopeOf } from '../../../../src/operations/system.ts';
import { changeOperator, findOperator } from '../../../../src/store/operators/accounts.ts';
import { findRoles, putRoles } from '../../../../src/store/operators/roles.ts';
import { headersFor, newPerson, password, signedIn } from '../../../operators/people.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// The attacker can write every table, but has no key, and wants to be a person of the console, or to do more than their
// roles allow. The planted fault is the same change made with the key: then it is believed.

let world: World;
let brand: BrandClient;
let other: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  other = await world.brand();
});
afterAll(() => world.close());

const altered = { Status: 503, Code: 'record_altered' };
const ask = async (headers: Readonly<Record<string, string>>, path = '/customers', where = brand) =>
  (await where.call('GET', path, { headers })).json;
/** A moment after which no process has anything in its cache. */
const uncached = () => new Promise((resolve) => setTimeout(resolve, 600));

describe('roles in a brand', () => {
  test.each([
    ['raised', "roles = '{viewer,compliance,admin}'"],
    ['taken from nobody', "roles = '{}', version = version + 1"],
    ['of another version', 'version = version + 1'],
  ])('that are %s in the database are not believed', async (_what, set) => {
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    await world.sql(`update operator_roles set ${set} where operator_id = $1`, [operator.operatorId]);
    expect(await ask(headers)).toMatchObject(altered);
    await world.sql('delete from operator_roles where operator_id = $1', [operator.operatorId]);
  });

  test('copied from another person or from another brand are not believed', async () => {
    const admin = await newPerson(world.system, brand.brandId);
    const viewer = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    const { operatorId } = viewer.operator;
    await world.sql(
      `update operator_roles as mine set roles = theirs.roles, version = theirs.version, proof = theirs.proof
         from operator_roles as theirs where mine.operator_id = $1 and theirs.operator_id = $2`,
      [operatorId, admin.operatorId],
    );
    expect(await ask(viewer.headers)).toMatchObject(altered);
    await world.sql(
      `insert into operator_roles (brand_id, operator_id, roles, version, proof)
         select $1, operator_id, roles, version, proof from operator_roles where operator_id = $2`,
      [other.brandId, admin.operatorId],
    );
    const { token } = await session(admin.operatorId);
    expect(await ask(headersFor(token, other.brandId), '/customers', other)).toMatchObject(altered);
    await world.sql('delete from operator_roles where operator_id = any ($1)', [
      [operatorId, admin.operatorId],
    ]);
  });

  test('changed with the key are believed', async () => {
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['developer'] });
    expect((await ask(headers)).Code).toBe('scope_err');
    const scope = scopeOf(world.system, brand.brandId);
    const row = await findRoles(scope, operator.operatorId);
    const keyring = await world.system.keyrings.of(brand.brandId);
    const next = { operatorId: operator.operatorId, roles: ['viewer'] as const, version: 2 };
    expect(row?.version).toBe(1);
    await putRoles(scope, proveRoles(keyring, next));
    await uncached();
    expect(await ask(headers)).toEqual([]);
  });
});

/** A session of an account, made as the service makes one. */
async function session(operatorId: string): Promise<{ readonly token: string }> {
  const { beginSession } = await import('../../../../src/operations/operators/sessions.ts');
  const operator = await findOperator(world.system.db, { id: operatorId as never });
  if (!operator) throw new Error('There is no such account.');
  return beginSession(world.system, world.system.db, operator, { isStrong: false });
}

describe('an account', () => {
  test.each([
    ['with roles in every brand', "roles = '{admin}'"],
    ['with the password of the attacker', 'password = $2'],
    ['of another address', "email = 'attacker@example.com'"],
    ['that is enabled again', 'disabled_at = null'],
    ['of an earlier generation', 'generation = generation - 1'],
  ])('that was altered to one %s is not believed', async (_what, set) => {
    const attacker = await newPerson(world.system, other.brandId);
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    if (set.startsWith('disabled'))
      await changeOperator(
        world.system.db,
        proveOperator(world.system.vault, {
          ...operator,
          disabledAt: world.system.now(),
          version: operator.version + 1,
        }),
      );
    await world.sql(`update operators set ${set} where operator_id = $1 and ($2::text is null or true)`, [
      operator.operatorId,
      `${attacker.password}AAAA`,
    ]);
    expect(await ask(headers)).toMatchObject(altered);
    const email = set.startsWith('email') ? 'attacker@example.com' : operator.email;
    const tried = await brand.call('POST', '/session', { body: { email, password } });
    expect(tried.json).toMatchObject(altered);
    const findings = await examineRecords(world.system.db, world.system.vault);
    expect(JSON.stringify(findings)).toContain(`operators ${operator.operatorId}`);
    await remove(operator.operatorId);
  });

  test('that was inserted signs nobody in', async () => {
    const real = await newPerson(world.system, brand.brandId);
    await world.sql(
      `insert into operators (operator_id, email, name, password, roles, is_demo, created_at, generation, version, mac)
         select $1, 'new@example.com', name, password, '{admin}', false, created_at, generation, version, mac
           from operators where operator_id = $2`,
      [randomUUID(), real.operatorId],
    );
    const body = { email: 'new@example.com', password };
    expect((await brand.call('POST', '/session', { body })).json).toMatchObject(altered);
    await world.sql("delete from operators where email = 'new@example.com'");
  });
});

async function remove(operatorId: string): Promise<void> {
  for (const table of ['operator_sessions', 'operator_links', 'operator_roles', 'operators'])
    await world.sql(`delete from ${table} where operator_id = $1`, [operatorId]);
}

describe('a session', () => {
  test('whose token the attacker knows, beside the row of another one, is not believed', async () => {
    const victim = await signedIn(world.system, brand.brandId);
    const token = randomBytes(32).toString('base64url');
    const digest = createHash('sha256').update(token).digest();
    await world.sql(
      `insert into operator_sessions
         (digest, session_id, operator_id, generation, is_strong, created_at, seen_at, confirmed_at, mac)
         select $1, session_id, operator_id, generation, is_strong, created_at, seen_at, confirmed_at, mac
           from operator_sessions where operator_id = $2`,
      [digest, victim.operator.operatorId],
    );
    expect(await ask(headersFor(token, brand.brandId))).toMatchObject(altered);
    expect(await ask(victim.headers)).toEqual([]);
  });

  test.each([
    ['of another person', 'operator_id = $2'],
    ['that began later', "created_at = created_at + interval '1 hour'"],
    ['that was used later', "seen_at = seen_at + interval '1 hour'"],
    ['that was proven later', "confirmed_at = confirmed_at + interval '1 hour'"],
    ['that a passkey has proven', 'is_strong = true'],
    ['of another generation', 'generation = generation + 1'],
  ])('that was altered to one %s is not believed', async (_what, set) => {
    const victim = await newPerson(world.system, brand.brandId);
    const { headers, operator } = await signedIn(world.system, brand.brandId, {
      roles: ['viewer'],
      isStrong: false,
    });
    await world.sql(
      `update operator_sessions set ${set} where operator_id = $1 and ($2::uuid is null or true)`,
      [operator.operatorId, victim.operatorId],
    );
    expect(await ask(headers)).toMatchObject(altered);
  });

  test('that has ended is no session when its row is put back beside a reset account', async () => {
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    await world.sql(
      `create table kept as select * from operator_sessions where operator_id = '${operator.operatorId}'`,
    );
    const admin = await signedIn(world.system, brand.brandId);
    await brand.call('POST', `/operators/${operator.operatorId}/reset`, { headers: admin.headers });
    await world.sql('insert into operator_sessions select * from kept; drop table kept');
    await uncached();
    expect((await ask(headers)).Code).toBe('session_err');
  });
});

describe('a link', () => {
  test.each([
    ['for another account', 'operator_id = $2'],
    ['that ends later', "expires_at = expires_at + interval '1 day'"],
    ['for the first start', "purpose = 'first', operator_id = null"],
  ])('that was altered to one %s is not believed', async (_what, set) => {
    const victim = await newPerson(world.system, brand.brandId);
    const admin = await signedIn(world.system, brand.brandId);
    const body = { email: `${randomUUID()}@example.com`, roles: ['viewer'] };
    const invited = await brand.call('POST', '/operators', { body, headers: admin.headers });
    await world.sql(
      `update operator_links set ${set} where operator_id = $1 and ($2::uuid is null or true)`,
      [invited.json.operator.operator_id, victim.operatorId],
    );
    const accept = { token: invited.json.link.split('#')[1], name: 'Attacker', password };
    expect((await brand.call('POST', '/session/invitation', { body: accept })).json).toMatchObject(altered);
    await world.sql('delete from operator_links');
  });
});
