import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildOpenApi } from '../../../src/contract/openapi/document.ts';
import { transportErrors } from '../../../src/contract/openapi/error-reference.ts';
import { schemaErrorExample } from '../../../src/contract/openapi/errors.ts';
import type { CodeSample } from '../../../src/contract/openapi/samples.ts';
import { errorsOf, isKeyed, isOfBrand, isVersionedRead } from '../../../src/contract/operation.ts';
import { apiPrefix, operations } from '../../../src/contract/table.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { errorCatalogue, Refusal } from '../../../src/domain/errors.ts';
import { instantOfMillis } from '../../../src/domain/time.ts';
import { limits, stateRule, valueRules, zipRule } from '../../../src/domain/values.ts';
import { errorAnswer } from '../../../src/http/errors.ts';
import type { BrandClient } from '../../world.ts';
import { openWorld } from '../../world.ts';

const run = promisify(execFile);

interface Media {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Answer {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly { readonly $ref?: string; readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly 'x-codeSamples': readonly CodeSample[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>;
    readonly securitySchemes: object;
  };
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
}

const built = buildOpenApi();
const document = built as unknown as Document;

const operationOf = (row: { readonly path: string; readonly method: string }): Operation => {
  const found = document.paths[row.path]?.[row.method.toLowerCase()];
  if (!found) throw new Error(`${row.method} ${row.path} is not in the document.`);
  return found;
};

/** The response itself, and where in the document it stands. */
function resolved(path: string, answer: Answer): readonly [string, Answer] {
  const name = answer.$ref?.replace('#/components/responses/', '');
  if (name === undefined) return [path, answer];
  return [`/components/responses/${name}`, document.components.responses[name] ?? {}];
}

const inPointer = (text: string): string =>
  encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

test('the committed document matches the contract', async () => {
  const committed = JSON.parse(await readFile(new URL('../../../openapi.json', import.meta.url), 'utf8'));
  expect(committed, 'Run: npm run generate').toEqual(built);
});

test('every operation of the contract is in the document, and nothing else', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
    ),
  );
  expect(documented.sort()).toEqual(
    operations.map((row) => `${row.operationId} ${row.method} ${row.path}`).sort(),
  );
});

test('every tag has a description', () => {
  const silent = document.tags.filter(({ description }) => !description).map(({ name }) => name);
  expect(silent, 'Describe it in `tags` of src/contract/openapi/document.ts').toEqual([]);
});

test('a key’s two headers are one security requirement: neither is enough alone', () => {
  expect(document.security).toEqual([{ Identity: [], Authorization: [] }]);
  expect(Object.keys(document.components.securitySchemes)).toEqual([
    'Identity',
    'Authorization',
    'Session',
    'Brand',
    'Signature',
  ]);
});

describe.for(operations)('$operationId', (row) => {
  test('lists each status of its contract, and for each status every code', () => {
    const { responses } = operationOf(row);
    const expected = new Map<string, string[]>([
      [String(row.answer.status), []],
      ...(isVersionedRead(row) ? [['304', []] as [string, string[]]] : []),
    ]);
    for (const code of errorsOf(row)) {
      const status = String(errorCatalogue[code].status);
      expected.set(status, [...(expected.get(status) ?? []), code]);
    }
    const listed = Object.entries(responses).map(([status, answer]) => {
      const [, { content = {} }] = resolved('', answer);
      return [status, Object.keys(content['application/problem+json']?.examples ?? {})] as const;
    });
    expect(new Map(listed)).toEqual(expected);
  });

  test('names its parameters, the headers it honours among them, and its scope', () => {
    const { parameters, description } = operationOf(row);
    const names = parameters.map(({ $ref, name }) => $ref?.split('/').at(-1) ?? name);
    expect(names).toEqual([
      ...Object.keys(row.params),
      ...Object.keys(row.query?.properties ?? {}),
      ...(errorsOf(row).includes('idempotency_mismatch') ? ['IdempotencyKey'] : []),
      ...(row.conditional ? ['IfMatch'] : []),
      ...(isVersionedRead(row) ? ['IfNoneMatch'] : []),
    ]);
    if (isOfBrand(row) && row.scope !== 'any key') expect(description).toContain(`\`${row.scope}\``);
  });

  test('has examples that fit their schemas', () => {
    const ajv = newAjv();
    ajv.addSchema(built as object, 'openapi.json');
    const found: string[] = [];
    const check = (pointer: string, { example, examples = {} }: Media) => {
      const values = example === undefined ? Object.values(examples).map(({ value }) => value) : [example];
      expect(values.length, pointer).toBeGreaterThan(0);
      const validate = ajv.compile({ $ref: `openapi.json#${pointer}/schema` });
      for (const value of values) {
        found.push(pointer);
        expect(validate(value), `${pointer}: ${ajv.errorsText(validate.errors)}`).toBe(true);
      }
    };
    const at = `/paths/${inPointer(row.path)}/${row.method.toLowerCase()}`;
    const { requestBody, responses } = operationOf(row);
    for (const [type, media] of Object.entries(requestBody?.content ?? {}))
      check(`${at}/requestBody/content/${inPointer(type)}`, media);
    for (const [status, answer] of Object.entries(responses)) {
      const [path, { content = {} }] = resolved(`${at}/responses/${status}`, answer);
      for (const [type, media] of Object.entries(content)) check(`${path}/content/${inPointer(type)}`, media);
    }
    expect(found.length).toBeGreaterThan(errorsOf(row).length * 2);
    // The row's own schema is the stricter one: an answer has no member that it does not name.
    expect(newAjv().validate(row.answer.schema, row.answer.example)).toBe(true);
    const problems = row.body?.check(row.body.example, {
      now: instantOfMillis(Date.UTC(2026, 0, 1)),
      sandbox: false,
    });
    expect(problems?.toObject() ?? {}).toEqual({});
  });

  test('has a valid sample in each of the six languages', async () => {
    const samples = operationOf(row)['x-codeSamples'];
    expect(samples.map(({ lang }) => lang)).toEqual(['Shell', 'Ruby', 'JavaScript', 'Python', 'C#', 'Java']);
    for (const { lang, source } of samples) {
      expect(source).toContain(`http://localhost:8080${apiPrefix}/`);
      const isForPeople = row.scope === 'open' || row.scope === 'session';
      for (const blank of ['YOUR-IDENTITY', 'YOUR-AUTHORIZATION'])
        expect(source.includes(blank)).toBe(!isForPeople);
      expect(source.includes('YOUR-SESSION')).toBe(row.scope === 'session');
      if (lang === 'JavaScript') new Script(source);
      if (lang === 'Shell') await run('bash', ['-n', '-c', source]);
    }
  });
});

function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/);
  ajv.addFormat('int32', { type: 'number', validate: (value: number) => Math.abs(value) < 2 ** 31 });
  ajv.addFormat('uri-reference', true);
  return ajv;
}

describe('the errors', () => {
  test('of the catalogue belong to an operation or to a request before its operation', () => {
    const used = new Set<ErrorCode>([...operations.flatMap(errorsOf), ...transportErrors]);
    const unused = Object.keys(errorCatalogue).filter((code) => !used.has(code as ErrorCode));
    expect(unused).toEqual([]);
  });

  test('are shown exactly as they are answered', () => {
    let compared = 0;
    for (const row of operations) {
      for (const [status, answer] of Object.entries(operationOf(row).responses)) {
        const [, { content = {} }] = resolved('', answer);
        for (const [type, { examples = {} }] of Object.entries(content)) {
          for (const [code, { value }] of Object.entries(examples)) {
            if (code === row.schemaError) continue;
            const real = errorAnswer(new Refusal(code as ErrorCode), type === 'application/problem+json');
            expect(JSON.parse(real.body)).toEqual(value);
            expect(String(real.status)).toBe(status);
            compared += 1;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(operations.length * 8);
  });
});

describe('the bounds in the document are those of the rules', () => {
  const validationContext = { now: instantOfMillis(Date.UTC(2026, 0, 1)), sandbox: false };
  const of = (rule: (typeof valueRules)[keyof typeof valueRules]) => (text: string) =>
    rule(text, validationContext);
  const ajv = new Ajv2020();

  test.for<[string, object, (text: string) => string | undefined, string, string[], string[]]>([
    [
      'NewCustomer',
      limits.name,
      of(valueRules.name),
      'first_name',
      ['Jo', 'é'.repeat(50)],
      ['J', 'J'.repeat(51)],
    ],
    [
      'NewCustomer',
      limits.middleName,
      of(valueRules.middleName),
      'middle_name',
      ['', 'J'.repeat(50)],
      ['J'.repeat(51)],
    ],
    [
      'NewCustomer',
      limits.ssn,
      of(valueRules.ssn),
      'ssn',
      ['123456789', '123-45-6789'],
      ['12345678', '123-456789'],
    ],
    [
      'NewCustomer',
      limits.phone,
      of(valueRules.phone),
      'phone',
      ['1234567', '1-2-3-4-5-6-7-8-9-0-1-2-3-4-5'],
      ['123456', '1234567-', '+1234567'],
    ],
    [
      'NewCustomer',
      limits.phoneCountryCode,
      of(valueRules.phoneCountryCode),
      'phone_country_code',
      ['1', '123'],
      ['', '1234', 'x'],
    ],
    [
      'NewCustomer',
      limits.email,
      of(valueRules.email),
      'email',
      ['a@example.com'],
      [`a@${'e'.repeat(250)}.com`],
    ],
    [
      'NewAddress',
      limits.street,
      of(valueRules.street),
      'street',
      ['A', 'A'.repeat(40)],
      ['', 'A'.repeat(41)],
    ],
    ['NewAddress', limits.street2, of(valueRules.street2), 'street2', ['', 'A'.repeat(40)], ['A'.repeat(41)]],
    ['NewAddress', limits.city, of(valueRules.city), 'city', ['Ay', 'A'.repeat(40)], ['A', 'A'.repeat(41)]],
    [
      'NewAddress',
      limits.state,
      (text) => stateRule(text, 'DE'),
      'state',
      ['', 'A'.repeat(20)],
      ['A'.repeat(21)],
    ],
    [
      'NewAddress',
      limits.zip,
      (text) => zipRule(text, 'DE'),
      'zip_code',
      ['AB', 'A'.repeat(20)],
      ['A', 'A'.repeat(21)],
    ],
    ['NewAddress', limits.country, of(valueRules.country), 'country', ['US'], ['U', 'USA']],
  ])('%s: %s', ([component, limit, rule, field, lawful, unlawful]) => {
    const schemas = (
      built['components'] as { schemas: Record<string, { properties: Record<string, object> }> }
    ).schemas;
    const schema = schemas[component]?.properties[field];
    expect(schema).toMatchObject(limit);
    const { minLength, maxLength, pattern } = schema as {
      minLength?: number;
      maxLength?: number;
      pattern?: string;
    };
    const fits = ajv.compile({
      type: 'string',
      maxLength,
      ...(minLength && { minLength }),
      ...(pattern && { pattern }),
    });
    for (const text of lawful) expect([rule(text), fits(text)], text).toEqual([undefined, true]);
    for (const text of unlawful) expect([rule(text) === undefined, fits(text)], text).toEqual([false, false]);
  });
});

/** A new sandbox with its demo, and the key that its reference page was given. */
async function openSandbox() {
  const world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
  const html = await (await fetch(`${world.url}/docs`)).text();
  const { key } = JSON.parse(/id="start">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as {
    key: { readonly identity: string; readonly authorization: string };
  };
  return { world, key };
}
type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

describe('a server', () => {
  let sandbox: Sandbox;
  let brand: BrandClient;
  beforeAll(async () => {
    sandbox = await openSandbox();
    brand = await sandbox.world.brand();
  });
  afterAll(() => sandbox?.world.close());

  test('serves the document as it is committed', async () => {
    const served = await (await fetch(`${sandbox.world.url}/openapi.json`)).text();
    expect(served).toBe(await readFile(new URL('../../../openapi.json', import.meta.url), 'utf8'));
  });

  // Of a caller without a signature nothing is read.
  const read = operations.filter(isKeyed);
  test.for(read)('answers the schema error of $operationId as it is shown', async (row) => {
    const { body, query } = schemaErrorExample(row);
    const { world } = sandbox;
    const path = row.path.replaceAll(/\{[^}]+\}/g, '3cf29100-4396-4c90-b4b0-6edfeca0ee3f');
    const url = `${world.url}${apiPrefix}${path}${query ? `?${new URLSearchParams(query)}` : ''}`;
    const answer = await fetch(url, {
      method: row.method,
      headers: {
        ...brand.headers,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { content } = operationOf(row).responses['400'] ?? {};
    const shown = content?.['application/json']?.examples?.[row.schemaError];
    expect(await answer.json()).toEqual(shown?.value);
  });
});
