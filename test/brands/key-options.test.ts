import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvOf } from '../../src/cli/csv.ts';
import { OperatorError } from '../../src/domain/operator-error.ts';
import { keyScopes } from '../../src/domain/scopes.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { createKey, reviewKeys, setKeyOwner } from '../../src/operations/brands/api-keys.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const directory = mkdtempSync(join(tmpdir(), 'clientele-keys-'));
let live: World;
let sandbox: World;
let brand: BrandClient;
beforeAll(async () => {
  createRootKeyFile(join(directory, 'root.key'));
  sandbox = await openWorld();
  brand = await sandbox.brand();
  live = await openWorld({
    apiOnly: true,
    env: { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key') },
  });
});
afterAll(async () => {
  await live.close();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

test('a key of live expires after a year unless its maker says otherwise', async () => {
  const { brandId } = await live.brand();
  const year = await createKey(live.system, brandId, {});
  expect(year.expiresAt).toBe(plusSeconds(year.createdAt, 365 * 86_400));
  const short = await createKey(live.system, brandId, { days: 30 });
  expect(short.expiresAt).toBe(plusSeconds(short.createdAt, 30 * 86_400));
  expect((await createKey(live.system, brandId, { days: 'never' })).expiresAt).toBeUndefined();
});

test('a key of a sandbox does not expire', async () => {
  expect((await createKey(sandbox.system, brand.brandId, {})).expiresAt).toBeUndefined();
});

test.each(['mo', 'mo@', 'mo@example.com, jo@example.com', ''])(
  'an owner is one e-mail address: "%s"',
  async (owner) => {
    await expect(createKey(sandbox.system, brand.brandId, { owner })).rejects.toThrow(OperatorError);
  },
);

test('a key without an owner gets one, once, with an audit entry, and the people rule holds for it', async () => {
  const old = await createKey(sandbox.system, brand.brandId, { name: 'old', scopes: keyScopes });
  const other = await createKey(sandbox.system, brand.brandId, {
    scopes: keyScopes,
    owner: 'jo@example.com',
  });
  const holds = `/customers/${(await newCustomer(brand)).json.customer_id}/legal-holds`;
  const body = { reason: 'Case 24-117.' };
  const { hold_id } = (await brand.as(old).call('POST', holds, { body })).json;
  const owned = await setKeyOwner(sandbox.system, brand.brandId, old.identity, ' Jo@Example.com');
  expect(owned.owner).toBe('jo@example.com');
  const released = await brand.as(other).call('POST', `${holds}/${hold_id}/release`, { body });
  expect(released.json.Code).toBe('second_approver');
  for (const owner of ['jo@example.com', 'mo@example.com'])
    await expect(setKeyOwner(sandbox.system, brand.brandId, old.identity, owner)).rejects.toThrow(
      'an owner never changes',
    );
  await expect(setKeyOwner(sandbox.system, brand.brandId, old.identity, 'jo')).rejects.toThrow(OperatorError);
  await settled(sandbox);
  const entries = await sandbox.sql(
    `select body from audit where body like '%"operation":"keys set-owner"%'`,
  );
  expect(entries.map(({ body: text }) => JSON.parse(String(text)))).toMatchObject([
    { key: old.identity, actor: { kind: 'operator' }, record_version: 2 },
  ]);
});

test('the review of access has every key with owner, networks and last use, and is in the audit trail', async () => {
  const options = { name: 'till', owner: 'Mo@Example.com', networks: ['127.0.0.0/8'] };
  const key = await createKey(sandbox.system, brand.brandId, options);
  const reviewed = await reviewKeys(sandbox.system, brand.brandId);
  expect(reviewed.find(({ name }) => name === 'till')).toMatchObject({
    identity: key.identity,
    owner: 'mo@example.com',
    networks: ['127.0.0.0/8'],
    use: undefined,
  });
  await settled(sandbox);
  const entries = await sandbox.sql(`select 1 from audit where body like '%"operation":"keys review"%'`);
  expect(entries).toHaveLength(1);
});

test('a cell that a spreadsheet would compute is text in the CSV', () => {
  const csv = csvOf([
    ['name'],
    ['=1+1'],
    ['+1'],
    ['-1'],
    ['@A1'],
    ['\t=1'],
    ['\r=1'],
    ['a "quoted", one'],
    ['plain'],
  ]);
  expect(csv.split('\r\n')).toEqual([
    '"name"',
    '"\'=1+1"',
    '"\'+1"',
    '"\'-1"',
    '"\'@A1"',
    '"\'\t=1"',
    '"\'\r=1"',
    '"a ""quoted"", one"',
    '"plain"',
    '',
  ]);
});
