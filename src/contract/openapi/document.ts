import { allScopes, scopes } from '../../domain/scopes.ts';
import type { OperationRow } from '../operation.ts';
import { isRepeatable } from '../operation.ts';
import { apiPrefix, operations } from '../table.ts';
import { errorResponses, errorSchemas, errorsPage, sharedErrorResponses } from './errors.ts';
import { codeSamples, placeholders } from './samples.ts';
import type { Json, JsonObject } from './schemas.ts';
import { Components } from './schemas.ts';

const description = `\
The customers of a brand: create, read, change, search, verify and delete them. Wire-compatible with the
customers API of Bond, so that a client written for Bond works by changing its base URL. The document
itself: [openapi.json](/openapi.json).

**Keys.** Every call carries the two headers of a key: \`Identity\` (its id) and \`Authorization\` (its secret).
A key belongs to one brand, sees nothing of any other, and carries scopes; each operation names the one it needs.

**Errors** have the four members \`Message\`, \`Status\`, \`Code\` and \`Type\`, or the form of RFC 9457 where
\`Accept\` asks for \`application/problem+json\`. Decide on the code; [all codes](${errorsPage}) are explained.
Every answer carries \`X-Request-Id\`.

**Members.** Each answer lists all its members. A later version may add some, so pass over what you do not know.

**Repeats.** Send an \`Idempotency-Key\` with every change: a repeat within 24 hours gets the first answer again,
marked \`Idempotent-Replayed: true\`, and the work is done once.

**Concurrency.** The \`ETag\` of an answer names the version; \`If-Match\` makes a change fail with 412 where the
version is no longer that one.

**Times** are UTC with microseconds. A customer that is read shows them without an offset, a change and everything
else with \`+00:00\`.`;

/** What the tags of the rows stand for, in the order of the reference. */
const tags: Readonly<Record<string, string>> = {
  Customers: 'The people a brand has to know: created, read, changed, searched and deleted.',
  Addresses: "A customer's addresses one at a time; the customer itself shows them all.",
  'Change requests': 'The way through the lock that KYC sets: changes that are proposed, and decided on.',
  Verifications: 'Whether a customer is who they say they are: started, followed, and helped with documents.',
  Reviews: 'What waits for people of the brand, and what they decide.',
  Programs: 'What customers are verified for.',
  Sandbox: 'Verdicts on demand; in live there is nothing at these addresses.',
  Callbacks: 'What others call. No key, but a signature.',
  Audit: 'Who did what, to whom and when; and full numbers, each with a reason.',
  Retention: 'What is kept of deleted customers, for how long, and how it goes.',
  Events: 'The stream of what happened, for those who ask rather than be told.',
  Webhooks: 'Subscriptions to events, and the deliveries made for them.',
  Keys: 'What a key may ask about itself.',
};

const security: JsonObject = {
  Identity: {
    type: 'apiKey',
    in: 'header',
    name: 'Identity',
    description: "The key's id, a UUID. Goes together with Authorization.",
  },
  Authorization: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: "The key's secret: 64 characters of base64, as they stand, with no word before them.",
  },
};

/** For callers without a key; named by its header, where the signature is. */
const signature: JsonObject = {
  Signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`; goes together with those two headers.',
  },
};

const text = (about: string, more: JsonObject = {}): JsonObject => ({
  description: about,
  schema: { type: 'string', ...more },
});

const headers: JsonObject = {
  'X-Request-Id': text('Names this request. Give it to the operator, who finds its line in the log.'),
  'Retry-After': { description: 'Seconds after which a repeat makes sense.', schema: { type: 'integer' } },
  'RateLimit-Policy': text(
    'The limit of the key, in live: `"default";q=1000;w=60` is 1,000 requests in 60 seconds.',
  ),
  RateLimit: text(
    'What is left of it, in live: `"default";r=998;t=41` is 998 more requests in the next 41 seconds.',
  ),
  'Idempotent-Replayed': text('Present where this is the first answer to the same request, given again.', {
    const: 'true',
  }),
  ETag: text('The version of what is shown, for If-Match.', { examples: ['"3"'] }),
  Link: text('Where the list goes on (RFC 8288): first, prev, next and last. next carries a cursor.'),
  'X-Total-Count': { description: 'How many there are on all pages.', schema: { type: 'integer' } },
};

const parameters: JsonObject = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Stands for this request for 24 hours: a repeat gets the first answer again.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'An ETag, or several with commas between them: the change is made only to one of these versions.',
    schema: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the API, made from the rows of the contract and nothing else. */
export function buildOpenApi(): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const row of operations) {
    paths[row.path] ??= {};
    Object.assign(paths[row.path] ?? {}, { [row.method.toLowerCase()]: operationOf(row, components) });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Clientele',
      version: apiPrefix.slice(apiPrefix.lastIndexOf('v') + 1),
      summary: 'A customers service for regulated identity data.',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiPrefix, description: 'The server that serves this page.' }],
    security: [{ Identity: [], Authorization: [] }],
    tags: tagsOf(operations),
    paths,
    components: {
      securitySchemes: { ...security, ...signature },
      parameters,
      headers,
      responses: sharedErrorResponses(operations),
      schemas: { ...components.schemas, ...errorSchemas },
    },
  };
}

function tagsOf(rows: readonly OperationRow[]): readonly JsonObject[] {
  const used = new Set(rows.map((row) => row.tag));
  const known = Object.keys(tags).filter((name) => used.has(name));
  return [...new Set([...known, ...used])].map((name) => ({ name, ...describedTag(tags[name]) }));
}

const describedTag = (about: string | undefined): JsonObject => (about ? { description: about } : {});

function operationOf(row: OperationRow, components: Components): JsonObject {
  return {
    operationId: row.operationId,
    tags: [row.tag],
    ...(row.scope === 'signed' && { security: [{ Signature: [] }] }),
    summary: row.summary,
    description: `${row.description}\n\n${scopeSentence(row)}`,
    parameters: [...pathParameters(row), ...queryParameters(row, components), ...headerParameters(row)],
    ...(row.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: components.schema(row.body.schema),
            example: row.body.example as JsonObject,
          },
        },
      },
    }),
    responses: { [row.answer.status]: success(row, components), ...errorResponses(row) },
    'x-codeSamples': codeSamples({ row, url: sampleUrl(row) }) as unknown as Json,
  };
}

function scopeSentence({ scope }: OperationRow): string {
  if (scope === 'signed') return 'Needs no key: the body is signed.';
  if (scope === 'any key') return 'Every key may do this.';
  return allScopes.includes(scope) ? `Needs the scope \`${scope}\`: ${scopes[scope]}` : '';
}

function pathParameters(row: OperationRow): readonly JsonObject[] {
  return Object.entries(row.params).map(([name, { description: about }]) => ({
    name,
    in: 'path',
    required: true,
    description: about,
    schema: { type: 'string', format: 'uuid' },
    example: exampleId(name),
  }));
}

function queryParameters(row: OperationRow, components: Components): readonly JsonObject[] {
  const required = new Set<string>(row.query?.required ?? []);
  return Object.entries(row.query?.properties ?? {}).map(([name, property]) => {
    const { description: about = '', ...schema } = components.schema(property);
    return { name, in: 'query', required: required.has(name), description: about, schema };
  });
}

function headerParameters(row: OperationRow): readonly JsonObject[] {
  const names: string[] = [];
  if (isRepeatable(row)) names.push('IdempotencyKey');
  if (row.conditional) names.push('IfMatch');
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function success(row: OperationRow, components: Components): JsonObject {
  const { answer } = row;
  const names = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', ...(answer.headers ?? [])];
  if (isRepeatable(row)) names.push('Idempotent-Replayed');
  return {
    description: answer.description,
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: {
      'application/json': { schema: components.schema(answer.schema), example: answer.example as Json },
      ...(answer.text !== undefined && {
        'text/plain': { schema: { type: 'string', const: answer.text }, example: answer.text },
      }),
    },
  };
}

/** An id of the examples: the first that any example of the contract has under this name. */
function exampleId(name: string): string {
  for (const row of operations) {
    const found = memberNamed(name, row.answer.example);
    if (found !== undefined) return found;
  }
  return '3cf29100-4396-4c90-b4b0-6edfeca0ee3f';
}

function memberNamed(name: string, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [member, inner] of Object.entries(value)) {
    if (member === name && typeof inner === 'string') return inner;
    const found = memberNamed(name, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Path parameters filled in; of the query what has a default, so that a reader sees where to turn. */
function sampleUrl(row: OperationRow): string {
  const path = row.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => exampleId(name));
  const query = Object.entries(row.query?.properties ?? {})
    .filter(([, property]) => 'default' in property)
    .map(([name, property]) => `${name}=${String((property as { default?: unknown }).default)}`);
  return `${placeholders.origin}${apiPrefix}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
