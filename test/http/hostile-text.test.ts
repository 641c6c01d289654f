import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pixel } from '../../src/contract/kyc/examples.ts';
import { isKeyed } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import type { Prepared } from '../contract-samples.ts';
import { newCustomer, prepare, send } from '../contract-samples.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless, checkLoggedOnce } from './hostile-answer.ts';

/** Text that is code somewhere else, in every field of every operation that is a string. */

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

const texts: Readonly<Record<string, string>> = {
  SQL: "'; drop table customers; -- Canary4711",
  'SQL that stays quoted': "Robert') or 1=1 -- Canary4711",
  'a line end and a header': 'Canary4711\r\nX-Injected: 1',
  'a line end and a log line': 'Canary4711\n{"level":50,"msg":"fault"}',
  'an ANSI colour': 'Canary4711 \u001b[31mred\u001b[0m',
  'an ANSI code in one byte': 'Canary4711 \u009b31m',
  'a terminal title': 'Canary4711 \u001b]0;owned\u0007',
  NUL: 'Canary4711\u0000',
  backspaces: 'Canary4711\b\b\b\b',
  'text that turns around': 'Canary4711 \u202egnp.exe',
  'an isolate': 'Canary4711 \u2066x\u2069',
  'a line separator': 'Canary4711\u2028x',
  'a paragraph separator': 'Canary4711\u2029x',
  'a byte order mark': 'Canary4711\ufeff',
  'a lone surrogate': 'Canary4711\ud800',
  markup: '<script>alert("Canary4711")</script>',
  'a template': '{{Canary4711}}$\u007b7*7}#{7*7}%7B',
  'a format': 'Canary4711 %s %n %d %x',
  'a formula': '=HYPERLINK("http://x/Canary4711")',
  'a path': '../../../etc/Canary4711',
  'a shell': '$(touch Canary4711) `id` ; id | id & id',
  'a look-up': '$\u007bjndi:ldap://x/Canary4711}',
  JSON: '","Canary4711":"',
  backslashes: 'Canary4711 \\u0000 \\\\ \\',
  'combining marks without end': `Canary4711${'\u0301'.repeat(900)}`,
  'a text of 60 kB': 'Canary4711'.repeat(6_000),
  'emoji and flags': 'Canary4711 😀🏳️‍🌈',
};

/** What must be refused wherever it stands: no field has a use for it. */
const never = /[\p{Cc}\p{Cs}\u202e\u2066\u2069\u2028\u2029\ufeff]/u;
const canary = 'Canary4711';

interface SchemaPart {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly items?: SchemaPart;
}

/** The paths of all strings in a schema, with 0 for the place in a list. */
function textPaths(part: SchemaPart, path: readonly (string | number)[] = []): (string | number)[][] {
  if (part.type === 'string') return [[...path]];
  if (part.items) return textPaths(part.items, [...path, 0]);
  return Object.entries(part.properties ?? {}).flatMap(([name, inner]) => textPaths(inner, [...path, name]));
}

/** A copy of a body with one value put in. */
function put(body: unknown, [at, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (at === undefined) return value;
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<
    string | number,
    unknown
  >;
  copy[at] = put(copy[at], rest, value);
  return copy;
}
const get = (body: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, at) => (inner as Record<string | number, unknown> | undefined)?.[at], body);

const rows = operations.filter((row) => row.body && isKeyed(row));
const fields = rows.flatMap((row) =>
  textPaths((row.body as { readonly schema: SchemaPart }).schema).map(
    (path) => [row.operationId, path.join('.'), row, path] as const,
  ),
);

test('the tested fields include top-level and address fields', () => {
  const paths = fields.map(([operationId, path]) => `${operationId} ${path}`);
  expect(paths).toEqual(
    expect.arrayContaining(['createCustomer addresses.0.street2', 'searchCustomers email']),
  );
  expect(paths.length).toBeGreaterThan(35);
});

/** Bodies in which a field that lies deeper has everything beside it that it needs. */
const image = { file_name: 'file.png', image: pixel };
const wholes: Readonly<Record<string, object>> = {
  addresses: { addresses: person().addresses },
  changes: { changes: { addresses: person().addresses } },
  government_id: {
    government_id: { type: 'passport', country: 'US', front_image: image, back_image: image },
  },
  proof_of_address: { proof_of_address: { type: 'utility_bill', ...image } },
  social_security_card: { social_security_card: image },
};

/** All others answer something else than the text, or nothing of a person at all. */
const showsWhatWasSent = new Set(['createCustomer', 'updateCustomer', 'createAddress', 'updateAddress']);

describe.each(fields)('%s, %s', (_id, field, row, path) => {
  test('keeps hostile text as it is or refuses it by name, on one line of the log', async () => {
    const outcomes: number[] = [];
    // A refused request changes nothing, so that the next one can go to the same place.
    let unspent: Prepared | undefined;
    for (const [what, text] of Object.entries(texts)) {
      const prepared = unspent ?? (await prepare(row, brand));
      const whole = wholes[String(path[0])] ?? {};
      const body = put({ ...(prepared.options.body as object), ...whole }, path, text);
      const answer = await send(brand, prepared, { body });
      unspent = answer.status >= 400 ? prepared : undefined;
      if (answer.status >= 400) {
        // Documents of a lawful name that nobody asked for are refused for that.
        const isConflict = row.operationId === 'submitKycDocuments' && answer.status === 409;
        expect(answer.status, what).toBe(isConflict ? 409 : 400);
        const named = Object.keys(isConflict ? { [field]: 0 } : answer.json.Message);
        expect(
          named.filter((name) => field === name || field.startsWith(`${name}.`)),
          what,
        ).not.toEqual([]);
        checkHarmless(answer, [canary]);
      } else {
        expect(never.test(text), `${what} was taken`).toBe(false);
        if (showsWhatWasSent.has(row.operationId))
          expect(get(answer.json, path), what).toBe(text.normalize('NFC'));
        checkHarmless(answer);
      }
      await checkLoggedOnce(world, answer, [canary]);
      outcomes.push(answer.status);
    }
    expect(outcomes.length).toBe(Object.keys(texts).length);
  });
});

test('accepted text is read back verbatim and breaks no list', async () => {
  const tenant = await world.brand();
  const street2 = `'"\\;--\${x}<b>%00😀`;
  const created = await newCustomer(tenant, { addresses: [{ ...person().addresses[0], street2 }] });
  const read = await tenant.call('GET', `/customers/${created.json.customer_id}`);
  const [listed] = (await tenant.call('GET', '/customers')).json;
  expect(read.json.addresses[0].street2).toBe(street2);
  expect(listed).toEqual(read.json);
});

describe('the query', () => {
  const parameters = ['page', 'per_page', 'cursor', 'nonsense', 'page[]', '__proto__', 'constructor'];
  test.each(parameters)('%s refuses hostile text by name', async (name) => {
    for (const [what, text] of Object.entries(texts)) {
      const value = text.replace(/\p{Cs}/u, '').slice(0, 500);
      const path = `/customers?${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
      const answer = await brand.call('GET', path);
      expect(answer.json, what).toMatchObject({ Status: 400, Code: 'get_customer_schema' });
      expect(Object.keys(answer.json.Message)).toEqual([name]);
      checkHarmless(answer, [canary]);
      await checkLoggedOnce(world, answer, [canary]);
    }
  });

  test('that does not decode is refused or read literally, and never fails', async () => {
    for (const query of [
      '?page=%',
      '?page=%zz',
      '?page=%ff%fe',
      '?%=1',
      '?=1',
      '?&&',
      '?page',
      '??',
      '?page=1#x',
    ]) {
      const answer = await brand.call('GET', `/customers${query}`);
      expect([200, 400]).toContain(answer.status);
      checkHarmless(answer);
    }
  });
});
