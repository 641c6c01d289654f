import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { newChallenge, withPasskey } from '../../../operators/authenticator.ts';
import { signedIn } from '../../../operators/people.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// The attacker can write every table, but has no key and no authenticator of the victim, and wants to sign in as them.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const altered = { Status: 503, Code: 'record_altered' };
const enter = async (authenticator: Awaited<ReturnType<typeof withPasskey>>) => {
  const passkey = authenticator.assert(await newChallenge(brand));
  return (await brand.call('POST', '/session/passkey', { body: { passkey }, headers: {} })).json;
};

test.each([
  ['given to another account', 'operator_id = $2'],
  ['of another key', "public_key = public_key || '\\x00'"],
  ['for another host', "rp_id = 'evil.example'"],
  ['that has counted less', 'counter = 0'],
  ['of another generation', 'generation = generation + 1'],
])('a passkey that was altered to one %s is not believed', async (_what, set) => {
  const victim = await signedIn(world.system, brand.brandId);
  const attacker = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
  const authenticator = await withPasskey(brand, attacker.ownHeaders);
  expect((await enter(authenticator)).with_passkey).toBe(true);
  const { operatorId } = attacker.operator;
  const where = 'where operator_id = $1 and ($2::uuid is null or true)';
  await world.sql(`update operator_passkeys set ${set} ${where}`, [operatorId, victim.operator.operatorId]);
  expect(await enter(authenticator)).toMatchObject(altered);
  const findings = await examineRecords(world.system.db, world.system.vault);
  expect(JSON.stringify(findings)).toContain('operator_passkeys');
  await world.sql('delete from operator_passkeys');
});

test('an account that was altered to one without passkeys is not believed: it would take another by its password', async () => {
  const victim = await signedIn(world.system, brand.brandId);
  const authenticator = await withPasskey(brand, victim.ownHeaders);
  await world.sql('update operators set passkeys = 0 where operator_id = $1', [victim.operator.operatorId]);
  expect(await enter(authenticator)).toMatchObject(altered);
  await world.sql('update operators set passkeys = 1 where operator_id = $1', [victim.operator.operatorId]);
  expect((await enter(authenticator)).with_passkey).toBe(true);
});

test('a passkey that is put back beside a reset account opens nothing', async () => {
  const victim = await signedIn(world.system, brand.brandId);
  const authenticator = await withPasskey(brand, victim.ownHeaders);
  const { operatorId } = victim.operator;
  await world.sql(`create table kept as select * from operator_passkeys where operator_id = '${operatorId}'`);
  const admin = await signedIn(world.system, brand.brandId);
  await brand.call('POST', `/operators/${operatorId}/reset`, { headers: admin.headers });
  await world.sql('insert into operator_passkeys select * from kept');
  await world.sql('drop table kept');
  expect((await enter(authenticator)).Code).toBe('sign_in_err');
});

test('a removed passkey that is put back opens nothing, and the one that stays does', async () => {
  const victim = await signedIn(world.system, brand.brandId);
  const lost = await withPasskey(brand, victim.ownHeaders);
  const { operatorId } = victim.operator;
  await world.sql(`create table kept as select * from operator_passkeys where operator_id = '${operatorId}'`);
  const kept = await withPasskey(brand, victim.ownHeaders);
  const { data } = (await brand.call('GET', '/passkeys', { headers: victim.ownHeaders })).json;
  const path = `/passkeys/${data[0].passkey_id}`;
  expect((await brand.call('DELETE', path, { headers: victim.ownHeaders })).status).toBe(200);
  await world.sql('insert into operator_passkeys select * from kept');
  await world.sql('drop table kept');
  expect((await enter(lost)).Code).toBe('sign_in_err');
  expect((await enter(kept)).with_passkey).toBe(true);
  const own = await brand.call('GET', '/passkeys', { headers: victim.ownHeaders });
  expect(own.json.data, 'the session of the removal goes on').toHaveLength(1);
});

test('a challenge of the attacker is not believed', async () => {
  const { ownHeaders } = await signedIn(world.system, brand.brandId);
  const authenticator = await withPasskey(brand, ownHeaders);
  const given = await newChallenge(brand);
  await world.sql("update sign_in_challenges set expires_at = expires_at + interval '1 day'");
  const passkey = authenticator.assert(given);
  const answer = await brand.call('POST', '/session/passkey', { body: { passkey }, headers: {} });
  expect(answer.json).toMatchObject(altered);
});
