import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import type { CustomerId } from '../../src/domain/ids.ts';
import { exportedByOperator } from '../../src/operations/records/customer-file.ts';
import type { FileEntry, Listed } from '../../src/operations/records/manifest.ts';
import { digested, manifestName, signatureName, verdictOn } from '../../src/operations/records/manifest.ts';
import { readZip, zipped } from '../../src/operations/records/zip.ts';
import { defaultProgram, erasureRequest, newCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import { rewrite } from '../rewrite.ts';
import { newConsent } from '../samples/consents.ts';
import { finding, listedEntry, screenNow } from '../samples/screening.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// Everything that is held about one person leaves in one file, which nobody can change unnoticed.

let world: World;
let brand: BrandClient;
let applicant: ReturnType<typeof person>;
let id: string;
const newNumber = newSsn();

beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand('Blue Ridge');
  applicant = person();
  id = await knownPerson();
});
afterAll(() => world.close());

/** A customer with something of every kind. */
async function knownPerson(): Promise<string> {
  const { customer_id: customer } = (await newCustomer(brand, applicant)).json;
  const path = `/customers/${customer}`;
  await brand.call('PATCH', path, { body: { ssn: newNumber, last_name: 'Fleming' } });
  const body = { program_id: await defaultProgram(brand) };
  expect((await brand.call('POST', `${path}/verification-kyc`, { body })).status).toBe(201);
  await rewrite(
    brand,
    `with run as (
       update kyc_runs set status = 'document_required', revision = revision + 1, poll_at = null,
         wanted = '{government_id}', documents_until = now() + interval '28 days' where customer_id = $1
     ) update customers set version = version + 1, kyc_status = 'document_required' where customer_id = $1`,
    [customer],
  );
  const handedIn = await brand.call('POST', `${path}/verification-kyc/documents`, { body: documentsExample });
  expect(handedIn.status).toBe(200);
  expect((await brand.call('POST', `${path}/consents`, { body: newConsent })).status).toBe(201);
  await screenNow(brand, customer, finding(listedEntry));
  const reason = { body: { reason: 'Case 24-117.' } };
  expect((await brand.call('POST', `${path}/legal-holds`, reason)).status).toBe(201);
  await settled(world);
  return customer;
}

const fileOf = (customer: string, hasFullSsn = false, of = brand) =>
  exportedByOperator(
    { ...world.system, operator: { reason: 'A subject asks.' } },
    { brand: of, customerId: customer as CustomerId, hasFullSsn },
  );

async function read(entries: AsyncIterable<FileEntry>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { name, content } of entries) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    files.set(name, Buffer.concat(pieces));
  }
  return files;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
const json = (files: Map<string, Buffer>, name: string): any => JSON.parse(String(files.get(name)));

async function* entriesOf(files: Map<string, Buffer>): AsyncGenerator<FileEntry> {
  for (const [name, bytes] of files)
    yield {
      name,
      content: (async function* () {
        yield bytes;
      })(),
    };
}

async function verdictOf(files: Map<string, Buffer>, keys?: ReadonlySet<string>) {
  const found: Listed[] = [];
  for (const [name, bytes] of files) {
    if (name === manifestName || name === signatureName) continue;
    const pieces = (async function* () {
      yield bytes;
    })();
    for await (const _ of digested(name, pieces, (listed) => found.push(listed)));
  }
  return verdictOn(
    files.get(manifestName)?.toString('latin1'),
    files.get(signatureName)?.toString('latin1'),
    found,
    keys,
  );
}

describe.each([
  ['present', '/customers/'],
  ['deleted', '/restricted-customers/'],
])('the file of a %s customer', (state, base) => {
  let files: Map<string, Buffer>;
  beforeAll(async () => {
    if (state === 'deleted') expect((await brand.call('DELETE', `/customers/${id}`)).status).toBe(200);
    files = await read(fileOf(id));
  });

  test('has everything that the API shows', async () => {
    const get = async (path: string) => (await brand.call('GET', `${base}${id}${path}`)).json;
    const profile = await get('');
    expect(json(files, 'customer.json')).toEqual(state === 'present' ? { customer: profile } : profile);
    expect(json(files, 'history.json')).toEqual((await get('/history')).data);
    expect(json(files, 'consents.json')).toEqual((await get('/consents')).data);
    expect(json(files, 'consents.json')).toMatchObject([{ document: newConsent.document }]);
    expect(json(files, 'screenings.json')).toEqual((await get('/screenings')).data);
    expect(json(files, 'screenings.json')).toMatchObject([{ matches: [{ entry: listedEntry }] }]);
    const [verification] = json(files, 'verifications.json');
    expect(verification).toMatchObject((await get('/verifications')).data[0]);
    expect(verification.applicant).toMatchObject({ first_name: applicant.first_name, last_name: 'Fleming' });
    const documents = [...files.keys()].filter((name) => name.startsWith('documents/'));
    expect(documents).toHaveLength(verification.files.length);
    expect(documents).toHaveLength(1);
    for (const { document_id: document } of verification.files) {
      const [name] = [...files.keys()].filter((one) => one.startsWith(`documents/${document}.`));
      expect(name).toBeDefined();
    }
    expect(json(files, 'legal-holds.json')).toMatchObject([{ reason: 'Case 24-117.' }]);
    const { data: events } = (await brand.call('GET', `/events?limit=100&customer_id=${id}`)).json;
    expect(json(files, 'events.json').map((one: { event: string }) => one.event)).toEqual(
      events.slice(0, json(files, 'events.json').length).map((one: { event: string }) => one.event),
    );
    expect(json(files, 'events.json').length).toBeGreaterThan(2);
  });

  test('has the document as it was submitted', () => {
    const image = Buffer.from(documentsExample.government_id.front_image.image, 'base64');
    expect([...files.values()].some((bytes) => bytes.equals(image))).toBe(true);
  });

  test('has its own audit entry with the reason, under the customer', () => {
    const entries = json(files, 'audit.json');
    expect(entries[0]).toMatchObject({ operation: 'createCustomer', customer_id: id });
    expect(entries.at(-1)).toMatchObject({
      operation: 'export customer',
      actor: { kind: 'operator' },
      customer_id: id,
      reason: 'A subject asks.',
    });
  });

  test('has SSNs in full only where they were asked for', async () => {
    const numbers = [newNumber, applicant.ssn].map((ssn) => ssn.replaceAll('-', ''));
    const all = (of: Map<string, Buffer>) => [...of.values()].map(String).join('\n');
    for (const ssn of numbers) expect(all(files).replaceAll('-', '')).not.toContain(ssn);
    const full = await read(fileOf(id, true));
    expect(json(full, 'ssn.json')).toMatchObject({ ssn: numbers[0], earlier: [{ ssn: numbers[1] }] });
    expect(json(full, 'audit.json').at(-1)).toMatchObject({ operation: 'export customer', full_ssn: true });
  });

  test('is not written with a number left out that was taken away', async () => {
    for (const [table, ...columns] of [
      ['customer_history', 'ssn'],
      ['customers', 'ssn'],
    ]) {
      const { customer_id } = (await newCustomer(brand)).json;
      await brand.call('PATCH', `/customers/${customer_id}`, { body: { ssn: newSsn() } });
      await settled(world);
      await read(fileOf(customer_id, true));
      await world.sql(`update ${table} set ${columns[0]} = null where customer_id = $1`, [customer_id]);
      await expect(read(fileOf(customer_id, true))).rejects.toThrow('has lost its ssn');
    }
  });

  test('is whole, also out of a ZIP file, and by its own key alone', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of zipped(entriesOf(files))) pieces.push(piece);
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const folder = await mkdtemp(`${tmpdir()}/clientele-file-`);
    await writeFile(`${folder}/file.zip`, Buffer.concat(pieces));
    const unpacked = await read(readZip(`${folder}/file.zip`));
    await rm(folder, { recursive: true });
    expect(unpacked).toEqual(files);
    const { key } = world.system.vault.signer;
    expect(await verdictOf(unpacked, new Set([key]))).toMatchObject({
      whole: true,
      manifest: { key, customer_id: id },
    });
    expect(await verdictOf(unpacked, new Set(['0'.repeat(64)]))).toMatchObject({ whole: false });
  });

  test('is not whole with any byte changed, or a file taken away, added or renamed', async () => {
    const faults: string[] = [];
    for (const [name, bytes] of files) {
      const changed = Buffer.from(bytes);
      const at = Math.floor(changed.length / 2);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const without = new Map(files);
      without.delete(name);
      for (const other of [new Map(files).set(name, changed), without])
        if ((await verdictOf(other)).whole) faults.push(name);
    }
    expect(faults).toEqual([]);
    expect((await verdictOf(new Map(files).set('more.json', Buffer.from('[]')))).whole).toBe(false);
    const renamed = new Map([...files].map(([name, bytes]) => [name.replace('history', 'story'), bytes]));
    expect((await verdictOf(renamed)).whole).toBe(false);
  });
});

describe('no file is written', () => {
  test('of a customer of another brand, or of nobody', async () => {
    const other = await world.brand();
    const { customer_id: stranger } = (await newCustomer(other)).json;
    for (const one of [stranger, randomUUID()])
      await expect(read(fileOf(one))).rejects.toThrow(/has no customer/);
  });

  test('of a customer who changes while it is written', async () => {
    const { customer_id: changing } = (await newCustomer(brand)).json;
    const files = fileOf(changing);
    const names: string[] = [];
    const reading = (async () => {
      for await (const { name, content } of files) {
        names.push(name);
        for await (const _ of content);
        if (name === 'history.json')
          await brand.call('PATCH', `/customers/${changing}`, { body: { last_name: 'Lynd' } });
      }
    })();
    await expect(reading).rejects.toThrow(/changed while the file was written/);
    expect(names).not.toContain(manifestName);
  });

  test('of a customer who was erased', async () => {
    const { customer_id: gone } = (await newCustomer(brand)).json;
    await brand.call('DELETE', `/customers/${gone}`);
    const erasure = await erasureRequest(brand, `/restricted-customers/${gone}`);
    expect((await brand.call('POST', `${erasure}/approval`)).status).toBe(200);
    await expect(read(fileOf(gone))).rejects.toThrow(/nothing is kept/);
  });
});
