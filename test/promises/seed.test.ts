import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { TestContext } from 'vitest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { documentBrand } from '../../src/operations/demo/document.ts';
import { address, newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';
import type { ProcessResult, SampleFixture } from './seed/samples.ts';
import { printedSample, program, requireCurl, run, succeeds } from './seed/samples.ts';
import type { Json } from './seed/shape.ts';
import { expectShape, withoutExtensions } from './seed/shape.ts';

/**
 * The page's own requests, run as the processes that its readers run, against a new sandbox: word for word
 * but for host, keys and, where a test says so, the customer.
 */

let world: World;
let brand: BrandClient;
let stand: SampleFixture;
let directory: string;

beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
  if (!world.demoKey) throw new Error('A first start with CLIENTELE_DEMO=1 must print a key.');
  brand = brandClient(world.url, documentBrand.brandId, documentBrand.name, world.demoKey, world);
  stand = { url: world.url, headers: brand.headers };
  directory = mkdtempSync(join(tmpdir(), 'clientele-seed-'));
  // Only beside the sample, never in it: no progress meter, no proxy, and the status on standard error.
  writeFileSync(
    join(directory, '.curlrc'),
    'silent\nshow-error\nnoproxy = "*"\nwrite-out = "%{stderr}%{http_code}"\n',
  );
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

const page = {
  list: JSON.parse(printedSample('list answer')) as readonly Json[],
  one: JSON.parse(printedSample('get answer')) as Json,
};
const jamesId = String(page.one['customer_id']);
const deleted = printedSample('delete answer');

/** Runs a curl command of the page; answers its status and the parsed body. */
async function curl(name: string, customerId?: string): Promise<{ status: number; body: unknown }> {
  const sample = program(name, stand, customerId);
  const { code, out, err } = await run('bash', ['-c', `export CURL_HOME='${directory}'\n${sample}`]);
  expect(code, err).toBe(0);
  return { status: Number(err), body: JSON.parse(out) };
}

/** Runs a JavaScript program of the page and reads back what its console.log printed. */
async function node(name: string, customerId?: string): Promise<unknown> {
  const ran = await runFile(process.execPath, 'js', program(name, stand, customerId));
  expect(ran.err).toBe('');
  // What is printed of plain data is JavaScript again; `[Object]` stands where console.log goes no deeper.
  return ran.out.startsWith('[') || ran.out.startsWith('{')
    ? runInNewContext(`(${ran.out})`)
    : ran.out.trimEnd();
}

async function runFile(command: string, extension: string, text: string): Promise<ProcessResult> {
  const file = join(directory, `sample.${extension}`);
  writeFileSync(file, text);
  const ran = await run(command, [file]);
  expect(ran.code, ran.err).toBe(0);
  return ran;
}

async function newcomer(overrides: Json = {}): Promise<string> {
  return (await brand.call('POST', '/customers', { body: person(overrides) })).json.customer_id;
}

describe('the curl commands of the page', () => {
  beforeEach(() => requireCurl());

  test('without curl end with a message that names the package to install', async () => {
    await expect(requireCurl('PATH=/nowhere')).rejects.toThrow(/Debian package "curl": apt-get install curl/);
  });

  test('list customers as the page prints them', async () => {
    const { status, body } = await curl('list curl');
    expect(status).toBe(200);
    const customers = body as readonly Json[];
    expect(customers.length).toBe(20);
    for (const one of customers) expectShape(one, page.list[0] ?? {});
    const [james, christine] = customers.map(withoutExtensions);
    expect(JSON.stringify(james)).toBe(JSON.stringify(page.list[0]));
    // The page leaves this one key out of its second customer, and has it in every other.
    const { kyc_requests_available: available, ...rest } = christine ?? {};
    expect(available).toBe(3);
    expect(JSON.stringify(rest)).toBe(JSON.stringify(page.list[1]));
  });

  test('read one customer as the page prints it', async () => {
    const { status, body } = await curl('get curl', jamesId);
    expect(status).toBe(200);
    expect(JSON.stringify(withoutExtensions(body as Json))).toBe(JSON.stringify(page.one));
  });

  test('update a customer with the masked SSN of the stored one', async () => {
    const home = { ...address, street: '345 California Ave.', city: 'Reno', state: 'NV', zip_code: '89509' };
    const ssn = `${newSsn().slice(0, -4)}9999`;
    const id = await newcomer({ ssn, first_name: 'Jim', middle_name: '', addresses: [home] });
    const sealed = () =>
      world.sql('select ssn, ssn_seal, ssn_index from customers where customer_id = $1', [id]);
    const before = await sealed();

    const { status, body } = await curl('update curl', id);
    expect(status).toBe(200);
    const updated = body as Json;
    const shortened = [...printedSample('update answer').matchAll(/^"(\w+)":/gm)].map(([, key]) => key);
    expect(shortened.length).toBe(10);
    expect(Object.keys(updated)).toEqual(expect.arrayContaining(shortened));
    const { date_created, date_updated, ...rest } = updated;
    expect(date_created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    expect(rest).toMatchObject({
      customer_id: id,
      dob: '1997-12-25',
      first_name: 'James',
      middle_name: 'Herbert',
      last_name: 'Bond',
      ssn: 'XXX-XX-9999',
      phone: '555-111-2222',
      phone_country_code: '1',
      email: 'james.bond@example.com',
      kyc_requests_available: 3,
      addresses: [
        { street: '345 California Ave.', street2: 'Suite 600', state: 'CA', zip_code: '12345-1234' },
      ],
    });
    expect(await sealed()).toEqual(before);
    const scopes = ['customers:read', 'ssn:search'];
    const searcher = brand.as(await createKey(world.system, brand.brandId, { scopes }));
    expect((await searcher.call('POST', '/customers/search', { body: { ssn } })).json.length).toBe(1);
    expectShape((await brand.call('GET', `/customers/${id}`)).json, page.one);
  });

  test('delete a customer', async () => {
    const id = await newcomer();
    expect(await curl('delete curl', id)).toEqual({ status: 200, body: deleted });
    expect((await curl('get curl', id)).body).toMatchObject({ Status: 404, Code: 'customer_dne' });
  });

  test('print the sentence of the page if plain text is requested', async () => {
    const command = `${program('delete curl', stand, await newcomer())} --header 'Accept: text/plain'`;
    const { out } = await run('bash', ['-c', `export CURL_HOME='${directory}'\n${command}`]);
    expect(out).toBe(deleted);
  });
});

describe('the JavaScript programs of the page', () => {
  test('list customers as the page prints them', async () => {
    const customers = (await node('list fetch')) as readonly Json[];
    expect(customers.length).toBe(20);
    for (const [index, example] of page.list.entries()) {
      const { addresses, ...shown } = withoutExtensions(customers[index] ?? {});
      const { addresses: printedAddresses, ...rest } = example;
      expect(shown).toEqual({ kyc_requests_available: 3, ...rest });
      expect((addresses as readonly unknown[]).length).toBe((printedAddresses as readonly unknown[]).length);
    }
    expect(Object.keys(withoutExtensions(customers[0] ?? {}))).toEqual(Object.keys(page.list[0] ?? {}));
  });

  test('read one customer as the page prints it', async () => {
    expect(JSON.stringify(withoutExtensions((await node('get fetch', jamesId)) as Json))).toBe(
      JSON.stringify(page.one),
    );
  });

  test('delete a customer and print the sentence of the page', async () => {
    const id = await newcomer();
    expect(await node('delete fetch', id)).toBe(deleted);
    expect((await brand.call('GET', `/customers/${id}`)).status).toBe(404);
  });
});

/** The page's other languages, each where the machine has it. */
const others = [
  {
    language: 'python',
    command: 'python3',
    extension: 'py',
    present: "python3 -c 'import requests'",
    missing: 'needs python3 with requests (Debian: apt-get install python3-requests)',
    // The server of the test is on this machine, whatever proxy there may be.
    adapt: (text: string) => `import os\nos.environ["NO_PROXY"] = "*"\n${text}`,
  },
  {
    language: 'ruby',
    command: 'ruby',
    extension: 'rb',
    present: 'command -v ruby',
    missing: 'needs ruby (Debian: apt-get install ruby)',
    // The page's host speaks TLS; the server of the test does not.
    adapt: (text: string) => text.replace('http.use_ssl = true', 'http.use_ssl = false'),
  },
] as const;

describe.each(others)(
  'the $language programs of the page',
  ({ language, command, extension, present, missing, adapt }) => {
    async function printedBy(context: TestContext, name: string, customerId?: string): Promise<unknown> {
      if (!(await succeeds(present))) context.skip(missing);
      const text = adapt(program(`${name} ${language}`, stand, customerId));
      return JSON.parse((await runFile(command, extension, text)).out);
    }

    test('list customers as the page prints them', async (context) => {
      const customers = (await printedBy(context, 'list')) as readonly Json[];
      expect(JSON.stringify(withoutExtensions(customers[0] ?? {}))).toBe(JSON.stringify(page.list[0]));
    });

    test('read one customer as the page prints it', async (context) => {
      const customer = (await printedBy(context, 'get', jamesId)) as Json;
      expect(JSON.stringify(withoutExtensions(customer))).toBe(JSON.stringify(page.one));
    });

    test('delete a customer', async (context) => {
      expect(await printedBy(context, 'delete', await newcomer())).toBe(deleted);
    });
  },
);

test('all four commands work on a new sandbox with nothing but host and keys replaced', async () => {
  await requireCurl();
  expect((await curl('list curl')).status).toBe(200);
  const one = await curl('get curl');
  expect(one.status).toBe(200);
  expectShape(one.body as Json, page.one);
  const updated = await curl('update curl');
  expect(updated.status, JSON.stringify(updated.body)).toBe(200);
  expect(await curl('delete curl')).toEqual({ status: 200, body: deleted });
  expect((await curl('get curl')).status).toBe(404);
});
