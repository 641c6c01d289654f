import { isForSessions, scopes } from '../../domain/scopes.ts';
import type { OperationRow } from '../operation.ts';
import { isRepeatable, isVersionedRead } from '../operation.ts';
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

**Errors** have the four members \`Message\`, \`Status\`, \`Code\` and \`Type\`, or the form of RFC 9457 if
\`Accept\` asks for \`application/problem+json\`. Decide on the code; [all codes](${errorsPage}) are explained.
Every answer carries \`X-Request-Id\`.

**Members.** Each answer lists all its members. A later version may add some, so pass over what you do not know.

**Bodies** are JSON. In the body of a POST, \`null\` for an optional member counts as absent, at every level; in a
PATCH it is refused. A body is at most 64 KiB, and one with documents 25 MB of files (413 beyond that; with
\`Expect: 100-continue\` before the body is sent). It has 15 seconds to arrive, and another second for each 100 kB, so
a line of 1 Mbit/s is fast enough (408 otherwise, and after a pause of 15 seconds). A byte order mark before the JSON means nothing, nor does a parameter of the media type, except a
charset other than UTF-8.

**Text** is UTF-8. It is stored and counted in its normal form: composed (Unicode NFC), with single spaces between
words and none at the ends. Control characters, lone surrogates, marks that turn the direction of writing, line
separators and the byte order mark are refused in every field; only reasons and notes take line breaks. Refused as
well, except in names of files, are characters that cannot be seen: default-ignorable code points (zero-width spaces
and joiners, soft hyphens, variation selectors), fillers (U+3164, U+2800) and every blank but the ordinary space. The
message names the code point. A body is refused if an object in it has two members of one name.

**Validation.** The limits of names, addresses and tax numbers in this document are those of \`bond\`, which every
brand has unless its operator has set another validation. The descriptions of the fields say what \`wide\` and
\`wide-itin\` take beyond them.

**Repeats.** Send an \`Idempotency-Key\` with every change: a repeat within 24 hours gets the first answer again,
marked \`Idempotent-Replayed: true\`, and the work is done once.

**Concurrency.** The \`ETag\` of an answer names the version; \`If-Match\` makes a change fail with 412 where the
version is no longer that one.

**Times** are UTC with microseconds. A customer that is read shows them without an offset, a change and everything
else with \`+00:00\`.`;

/** The descriptions of the tags, in the order of the reference. */
const tags: Readonly<Record<string, string>> = {
  Customers: 'Create, read, update, search and delete customers.',
  Addresses: 'Single addresses of a customer; the customer contains all of them.',
  'Change requests': 'Proposed changes of fields that KYC has locked, and decisions on them.',
  Verifications: 'Identity verifications: start them, follow them, and submit documents.',
  Reviews: 'Verifications that wait for a reviewer, and the decisions on them.',
  Screening: 'Checks of customers against lists of sanctioned people, and the decisions on what they find.',
  Programs: 'The programs that customers are verified for.',
  Sandbox: 'Verdicts on demand; in live these paths answer not found.',
  Callbacks: 'Operations called by other services, with a signature instead of a key.',
  Audit: 'The audit trail, and full SSNs for a reason.',
  Overview: 'What waits for a decision, and how many customers there are of each kind.',
  Retention: 'Records of deleted customers: how long they are kept, legal holds and erasure.',
  Events: 'The stream of events, for clients that poll.',
  Webhooks: 'Subscriptions to events, and their deliveries.',
  Requests: 'What was requested lately, and how it was answered.',
  Keys: 'The API keys of the brand, and the facts of the calling one.',
  Settings: 'How the brand and the service are set.',
  Operators: 'The people who use the console, and their roles in the brand.',
  Sessions: 'Signing in and out.',
};

const security: JsonObject = {
  Identity: {
    type: 'apiKey',
    in: 'header',
    name: 'Identity',
    description: "The key's id, a UUID. Required together with Authorization.",
  },
  Authorization: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: "The key's secret: 64 characters of base64, without a prefix.",
  },
};

/** For people who have signed in. */
const sessionSecurity: JsonObject = {
  Session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-clientele',
    description:
      'The cookie that openSession sets; named clientele on plain HTTP. It also takes the place of a key in every operation of a brand, together with Clientele-Brand.',
  },
  Brand: {
    type: 'apiKey',
    in: 'header',
    name: 'Clientele-Brand',
    description: 'The id of the brand, or - where the operation belongs to none.',
  },
};

/** For callers without a key; named after the header with the signature. */
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
  'X-Request-Id': text('The id of this request. The operator can find the request in the log by it.'),
  'WWW-Authenticate': text('The headers of a key that the operation needs (RFC 9110 section 11.6.1).', {
    examples: ['Key realm="clientele", headers="Identity, Authorization"'],
  }),
  'Retry-After': { description: 'Seconds to wait before a retry.', schema: { type: 'integer' } },
  'RateLimit-Policy': text(
    'The rate limit of the key, in live: `"default";q=1000;w=60` is 1,000 requests in 60 seconds.',
  ),
  RateLimit: text(
    'The remaining requests of the key, in live: `"default";r=998;t=41` is 998 more requests in the next 41 seconds.',
  ),
  'Idempotent-Replayed': text('Present if this answer repeats the first answer to the same request.', {
    const: 'true',
  }),
  ETag: text('The version of the resource, for If-Match.', { examples: ['"3"'] }),
  Link: text(
    'Links to pages (RFC 8288): first, prev, next and last. next contains a cursor. They are absolute where CLIENTELE_PUBLIC_URL is set.',
  ),
  'X-Total-Count': { description: 'Number of items on all pages.', schema: { type: 'integer' } },
};

const parameters: JsonObject = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Identifies this request for 24 hours: a repeat by the same API key gets the first answer again, without a secret that it showed. A refusal is not kept: the request is then tried again.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'ETags that the client has: if one of them is the present version, the answer is 304 without a body.',
    schema: { type: 'string' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'One ETag, or several separated by commas: the change applies only to these versions.',
    schema: { type: 'string' },
  },
};

/** The OpenAPI 3.1 document of the API, generated from the rows of the contract. */
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
      securitySchemes: { ...security, ...sessionSecurity, ...signature },
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
    ...securityOf(row),
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
    responses: {
      [row.answer.status]: success(row, components),
      ...(isVersionedRead(row) && { 304: unchanged }),
      ...errorResponses(row),
    },
    'x-codeSamples': codeSamples({ row, url: sampleUrl(row) }) as unknown as Json,
  };
}

function securityOf({ scope }: OperationRow): JsonObject {
  if (scope === 'signed') return { security: [{ Signature: [] }] };
  if (scope === 'open') return { security: [] };
  return scope === 'session' ? { security: [{ Session: [], Brand: [] }] } : {};
}

const headersNamed = (names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const unchanged: JsonObject = {
  description: 'The client has the present version.',
  headers: headersNamed(['X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'ETag']),
};

const freshProof =
  ' A person who has signed in must have proven within the last five minutes who they are (confirmSession).';

function scopeSentence({ scope, furtherScope, memberScopes = {}, confirmed }: OperationRow): string {
  if (scope === 'signed') return 'Needs no key: the body is signed.';
  if (scope === 'any key') return 'Every key may do this.';
  if (scope === 'open') return 'Needs no key and no session.';
  if (scope === 'session') return `Needs a session, and no key.${confirmed ? freshProof : ''}`;
  const besides = Object.entries(memberScopes).map(
    ([member, needed]) => ` With ${member} in the body it also needs \`${needed}\`: ${scopes[needed]}`,
  );
  const further = furtherScope ? ` It also needs \`${furtherScope}\`: ${scopes[furtherScope]}` : '';
  const carriers = isForSessions(scope) ? ' Only sessions of the console carry it.' : '';
  const proof = confirmed ? freshProof : '';
  return `Needs the scope \`${scope}\`: ${scopes[scope]}${carriers}${further}${besides.join('')}${proof}`;
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
  if (isVersionedRead(row)) names.push('IfNoneMatch');
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function success(row: OperationRow, components: Components): JsonObject {
  const { answer } = row;
  const names = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', ...(answer.headers ?? [])];
  if (isRepeatable(row)) names.push('Idempotent-Replayed');
  return {
    description: answer.description,
    headers: headersNamed(names),
    content: {
      'application/json': { schema: components.schema(answer.schema), example: answer.example as Json },
      ...(answer.text !== undefined && {
        'text/plain': { schema: { type: 'string', const: answer.text }, example: answer.text },
      }),
    },
  };
}

/** An id for the samples: the first that any example of the contract has under this name. */
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

/** The URL of a sample: path parameters filled in, and query parameters with their defaults. */
function sampleUrl(row: OperationRow): string {
  const path = row.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => exampleId(name));
  const query = Object.entries(row.query?.properties ?? {})
    .filter(([, property]) => 'default' in property)
    .map(([name, property]) => `${name}=${String((property as { default?: unknown }).default)}`);
  return `${placeholders.origin}${apiPrefix}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
