import type { Operation, Parameter } from './document.ts';
import type { OutgoingRequest } from './send.ts';
import type { ValueContext } from './values.ts';
import { hostileText, hostileValue, malformedValue, validValue } from './values.ts';

export interface Credentials {
  readonly identity: string;
  readonly authorization: string;
}

/** Whose ids and keys a request may use. */
export interface TestTenant {
  readonly key: Credentials;
  /** The key of a second person, for what takes two. */
  readonly colleague: Credentials;
  /** A key of the same brand with one scope only. */
  readonly narrow: Credentials;
  /** Ids of another brand, to be answered as unknown ones are. */
  readonly foreign: Readonly<Record<string, string>>;
}

type Header = readonly [string, string];

const accepts = [
  'application/json',
  'application/problem+json',
  '*/*',
  'text/plain',
  'text/*',
  'application/*',
  'text/html',
  'application/problem+json; q=0.1, application/json',
  'application/json;q=0.2, application/problem+json;q=0.9',
  'application/problem+json;q=0, application/json',
  'text/plain;q=0.5, application/json;q=0.4',
  'text/*;q=0.9, application/json;q=0.1',
  'text/plain;q=0.1, */*',
  'application/json;q=x',
  ';;,,',
];
const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
  'application/json; version=1',
  'application/json; charset=utf-16',
  'application/merge-patch+json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'nonsense',
];
const tags = ['"1"', '"2"', '*', 'W/"1"', '"99999999999"', '"1", "2"', 'x', '""', '"-1"'];

/** Every request of one operation: lawful, nearly lawful, or hostile. */
export function requestOf(
  maker: ValueContext,
  tenant: TestTenant,
  operation: Operation,
  prefix: string,
): OutgoingRequest {
  const { random, marker } = maker;
  const isHostile = random.chance(0.6);
  const path = pathOf(maker, tenant, operation, isHostile);
  const query = queryOf(maker, operation, isHostile);
  const made = bodyOf(maker, operation, isHostile);
  const headers = [
    ...keyOf(maker, tenant, operation),
    ...gamesOf(maker, operation),
    ...typeOf(maker, made.text),
  ];
  return {
    operationId: operation.operationId,
    method: operation.method,
    path: `${prefix}${path}${query.text}`,
    headers,
    body: made.text,
    marker,
    mustFail: made.mustFail || query.mustFail,
  };
}

function pathOf(maker: ValueContext, tenant: TestTenant, operation: Operation, isHostile: boolean): string {
  const { random } = maker;
  return operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const known = knownIds(maker, tenant, operation, name);
    const lot = random.next();
    if (isHostile && lot < 0.1) return encodeURIComponent(hostileText(maker)) || 'x';
    if (isHostile && lot < 0.13) return random.pick(['%zz', '%00', '%c0%af', '%', 'a%2Fb', '..', '%2e%2e']);
    if (isHostile && lot < 0.2) return tenant.foreign[name] ?? random.uuid();
    if (known.length === 0 || lot > 0.97) return random.uuid();
    const id = random.pick(known);
    return lot > 0.92 ? id.toUpperCase() : id;
  });
}

/** Ids that exist. The keys of the lane itself are verified and looked up, but neither rotated nor revoked. */
function knownIds(
  { pool }: ValueContext,
  { key, colleague, narrow }: TestTenant,
  { operationId }: Operation,
  name: string,
): readonly string[] {
  if (operationId === 'verifyKey') return [key.identity];
  const own = ['rotateKey', 'revokeKey'].includes(operationId) ? [key, colleague, narrow] : [];
  return pool.get(name).filter((id) => own.every(({ identity }) => identity !== id));
}

function queryOf(
  maker: ValueContext,
  operation: Operation,
  isHostile: boolean,
): { text: string; mustFail: boolean } {
  const { random, pool } = maker;
  const parts: string[] = [];
  let mustFail = false;
  for (const parameter of operation.parameters) {
    if (parameter.in !== 'query' || (!parameter.required && !random.chance(0.4))) continue;
    const { name, schema } = parameter;
    let value = String(validValue(maker, schema, schema['default'], name));
    if (name === 'cursor') value = random.pick([...pool.get('next_cursor'), 'c1_0']);
    if (isHostile && random.chance(0.4)) value = hostileText(maker);
    if (!fitsText(parameter, value)) mustFail = true;
    parts.push(`${name}=${encodeURIComponent(value)}`);
    if (isHostile && random.chance(0.05)) {
      parts.push(`${name}=${encodeURIComponent(value)}`);
      mustFail = true;
    }
  }
  if (isHostile && random.chance(0.05)) {
    parts.push(random.pick(['unknown=1', '__proto__=1', 'page[]=1', '=', '%zz=1']));
  }
  return { text: parts.length > 0 ? `?${parts.join('&')}` : '', mustFail };
}

/** Whether the document rules out this query or this body. The body is undefined, empty or JSON. */
export function isRuledOut(operation: Operation, path: string, body: string | undefined): boolean {
  const query = new URLSearchParams(path.split('?')[1]);
  const isQueryWrong = operation.parameters.some((parameter) => {
    const sent = parameter.in === 'query' ? query.getAll(parameter.name) : [];
    return sent.length > 1 || sent.some((value) => !fitsText(parameter, value));
  });
  if (isQueryWrong) return true;
  const isEmpty = body === undefined || body === '';
  if (!operation.body) return !isEmpty;
  return isEmpty || !operation.body.fits(JSON.parse(body));
}

/** Whether the document's schema of a query parameter allows this text. */
function fitsText({ schema }: Parameter, text: string): boolean {
  if (schema['type'] === 'integer') {
    const number = Number(text);
    const isListed = schema['enum'] === undefined || schema['enum'].includes(number);
    return (
      /^-?\d+$/.test(text) &&
      isListed &&
      number >= (schema['minimum'] ?? number) &&
      number <= (schema['maximum'] ?? number)
    );
  }
  if (schema['enum'] !== undefined) return schema['enum'].includes(text);
  if (schema['format'] === 'uuid') return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  return (
    [...text].length <= (schema['maxLength'] ?? text.length) &&
    new RegExp(schema['pattern'] ?? '', 'u').test(text)
  );
}

function bodyOf(
  maker: ValueContext,
  operation: Operation,
  isHostile: boolean,
): { text: string | undefined; mustFail: boolean } {
  const { random, marker } = maker;
  if (!operation.body) {
    const sends = isHostile && operation.method !== 'GET' && random.chance(0.2);
    const text = random.pick(['', '{}', 'null', '[]', `"${marker}"`, '{']);
    return { text: sends ? text : undefined, mustFail: sends && text !== '' };
  }
  const { schema, example, fits } = operation.body;
  const value = validValue(maker, schema, example, '');
  if (!isHostile) return { text: JSON.stringify(value), mustFail: !fits(value) };
  const lot = random.next();
  if (lot < 0.75) {
    const changed = malformedValue(maker, random.chance(0.3) ? malformedValue(maker, value) : value);
    return { text: JSON.stringify(changed), mustFail: !fits(changed) };
  }
  if (lot < 0.85) {
    const anything = hostileValue(maker);
    return { text: JSON.stringify(anything), mustFail: !fits(anything) };
  }
  return { text: brokenText(maker, JSON.stringify(value)), mustFail: true };
}

function brokenText({ random, marker }: ValueContext, text: string): string {
  return random.pick([
    '',
    text.slice(0, -1),
    `${text}${text}`,
    `{"a":1,"a":"${marker}"}`,
    `{"__proto__":{"a":"${marker}"}}`,
    `{"a":"\\ud800"}`,
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    `{"a":${'9'.repeat(400)}}`,
    `${text.slice(0, -1)},"a":"${marker.repeat(9_000)}"}`,
    marker,
    'NaN',
  ]);
}

function keyOf({ random }: ValueContext, tenant: TestTenant, { signed }: Operation): readonly Header[] {
  const pair = ({ identity, authorization }: Credentials): Header[] => [
    ['Identity', identity],
    ['Authorization', authorization],
  ];
  if (signed) return random.chance(0.2) ? pair(tenant.key) : [];
  const lot = random.next();
  if (lot < 0.94) return pair(lot < 0.3 ? tenant.colleague : tenant.key);
  if (lot < 0.96) return pair(tenant.narrow);
  return random.pick<readonly Header[]>([
    [],
    [['Identity', tenant.key.identity]],
    pair({ ...tenant.key, authorization: tenant.narrow.authorization }),
    pair({ identity: 'abc', authorization: 'x'.repeat(64) }),
    [...pair(tenant.key), ['Identity', tenant.key.identity]],
    [...pair(tenant.key), ['Authorization', tenant.narrow.authorization]],
    pair({ ...tenant.key, authorization: `Bearer ${tenant.key.authorization}` }),
  ]);
}

function gamesOf(maker: ValueContext, operation: Operation): readonly Header[] {
  const { random, marker } = maker;
  const headers: Header[] = [];
  const takes = (name: string): boolean =>
    operation.parameters.some((one) => one.in === 'header' && one.name === name);
  if (random.chance(0.35)) headers.push(['Accept', random.pick(accepts)]);
  if (random.chance(0.03)) headers.push(['Accept', random.pick(accepts)]);
  if (random.chance(takes('If-Match') ? 0.3 : 0.03)) headers.push(['If-Match', random.pick(tags)]);
  if (random.chance(0.03)) headers.push(['If-Match', random.pick(tags)]);
  if (random.chance(0.2)) {
    const key = random.pick([random.uuid(), 'a', marker, 'x'.repeat(255), 'x'.repeat(256), '\u00e9', 'same']);
    headers.push(['Idempotency-Key', key]);
    if (random.chance(0.1)) headers.push(['Idempotency-Key', random.uuid()]);
  }
  if (random.chance(0.03))
    headers.push(
      random.pick<Header>([
        ['Content-Encoding', 'gzip'],
        ['Content-Encoding', 'identity'],
        ['X-Request-Id', marker],
        ['Origin', `https://${marker}.example`],
        ['If-None-Match', '*'],
        ['Range', 'bytes=0-1'],
        ['Cookie', `a=${marker}`],
        ['X-HTTP-Method-Override', 'DELETE'],
        ['User-Agent', marker],
      ]),
    );
  return headers;
}

function typeOf({ random }: ValueContext, text: string | undefined): readonly Header[] {
  if (text === undefined) return random.chance(0.05) ? [['Content-Type', random.pick(contentTypes)]] : [];
  const lot = random.next();
  if (lot < 0.93) return [['Content-Type', 'application/json']];
  return lot < 0.99 ? [['Content-Type', random.pick(contentTypes)]] : [];
}

const unroutedPaths = ['/', '/customer', '/customers/search', '/webhooks/x/y/z', '/%zz', '/..%2f..', '//'];

/** An address or a method that is no operation's. */
export function unroutedRequest(maker: ValueContext, tenant: TestTenant, prefix: string): OutgoingRequest {
  const { random, marker } = maker;
  const path = random.chance(0.5) ? random.pick(unroutedPaths) : `/${marker}`;
  const { identity, authorization } = tenant.key;
  return {
    operationId: '',
    method: random.pick(['PUT', 'OPTIONS', 'GET', 'TRACE', 'PROPFIND']),
    path: `${prefix}${path}`,
    headers: [
      ['Identity', identity],
      ['Authorization', authorization],
      ['Accept', random.pick(accepts)],
    ],
    body: undefined,
    marker,
    mustFail: true,
  };
}
