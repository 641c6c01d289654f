import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { keyScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import type { Listed } from '../../src/operations/records/manifest.ts';
import { digested, manifestName, signatureName, verdictOn } from '../../src/operations/records/manifest.ts';
import { readZip, zipped } from '../../src/operations/records/zip.ts';
import { newCustomer } from '../contract-samples.ts';
import { person } from '../people.ts';
import { newConsent } from '../samples/consents.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// Those who may see what is kept get everything about one person in one request, as the command writes it.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand('Blue Ridge');
});
afterAll(() => world.close());

const body = { reason: 'Request of 3 March.' };
const exported = (id: string, by = brand) => by.call('POST', `/customers/${id}/file`, { body });

/** The files in an answer, and the verdict on them. */
async function unpacked(content: string) {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-file-'));
  const path = join(folder, 'file.zip');
  await writeFile(path, Buffer.from(content, 'base64'));
  const texts = new Map<string, string>();
  const found: Listed[] = [];
  for await (const { name, content: pieces } of readZip(path)) {
    const all: Buffer[] = [];
    const isSigned = name !== manifestName && name !== signatureName;
    for await (const piece of isSigned ? digested(name, pieces, (one) => found.push(one)) : pieces)
      all.push(piece);
    texts.set(name, Buffer.concat(all).toString('latin1'));
  }
  await rm(folder, { recursive: true });
  const keys = new Set([world.system.vault.signer.key]);
  return { texts, verdict: verdictOn(texts.get(manifestName), texts.get(signatureName), found, keys) };
}

describe('the file of a customer', () => {
  test('is whole and signed, present or deleted, with the audit entry and its reason', async () => {
    const { ssn, ...rest } = person();
    const { customer_id: id } = (await newCustomer(brand, { ssn, ...rest })).json;
    await brand.call('POST', `/customers/${id}/consents`, { body: newConsent });
    for (const state of ['present', 'deleted']) {
      if (state === 'deleted') await brand.call('DELETE', `/customers/${id}`);
      const answer = await exported(id);
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ customer_id: id, media_type: 'application/zip' });
      const { texts, verdict } = await unpacked(answer.json.content);
      expect(verdict).toMatchObject({ whole: true, manifest: { customer_id: id, brand: 'Blue Ridge' } });
      expect(JSON.parse(String(texts.get('consents.json')))).toMatchObject([
        { document: newConsent.document },
      ]);
      expect(JSON.parse(String(texts.get('audit.json'))).at(-1)).toMatchObject({
        operation: 'exportCustomerFile',
        actor: { kind: 'key', id: brand.key.identity },
        customer_id: id,
        ...body,
      });
      expect([...texts.values()].join()).not.toContain(ssn.replaceAll('-', ''));
    }
  });

  test('is for keys with compliance:read, of the same brand', async () => {
    const { customer_id: id } = (await newCustomer(brand)).json;
    const scopes = keyScopes.filter((scope) => scope !== 'compliance:read');
    const without = brand.as(await createKey(world.system, brand.brandId, { scopes }));
    expect((await exported(id, without)).json.Code).toBe('scope_err');
    expect((await exported(id, await world.brand())).json.Code).toBe('customer_dne');
  });

  test('needs a reason', async () => {
    const { customer_id: id } = (await newCustomer(brand)).json;
    const refused = await brand.call('POST', `/customers/${id}/file`, { body: { reason: ' ' } });
    expect(refused.json).toMatchObject({ Code: 'retention_schema', Message: { reason: expect.anything() } });
  });

  test('that cannot be finished ends before its end, and is no answer', async () => {
    const { customer_id: id } = (await newCustomer(brand)).json;
    await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Fleming' } });
    await world.sql(
      "update customer_history set changed_at = changed_at - interval '1 day' where customer_id = $1",
      [id],
    );
    const answer = fetch(`${world.url}${apiPrefix}/customers/${id}/file`, {
      method: 'POST',
      headers: { ...brand.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => response.text());
    await expect(answer).rejects.toThrow();
    const metrics = await (await fetch(`${world.url}/metrics`)).text();
    expect(metrics).toMatch(/clientele_altered_records_total\S* 1\n/);
    expect(world.log.join()).toContain('"operation":"exportCustomerFile"');
    expect((await newCustomer(brand)).status).toBe(201);
    for (const line of world.log) expect(line).not.toContain('Fleming');
  });

  test('is no longer made when its reader has left', async () => {
    let made = 0;
    let isLeft = false;
    async function* endless() {
      try {
        for (;;) {
          made += 1;
          yield Buffer.alloc(65_536, made);
        }
      } finally {
        isLeft = true;
      }
    }
    async function* entries() {
      yield { name: 'a.png', content: endless() };
    }
    for await (const _ of zipped(entries())) if (made > 3) break;
    expect(isLeft).toBe(true);
    const before = made;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(made).toBe(before);
  });
});
