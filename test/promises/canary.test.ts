import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { wideBudgets } from '../wide-budgets.ts';
import { type CanaryPerson, canaryPerson } from './canary/people.ts';
import { type Finding, scanFolder, scannerFor } from './canary/scanner.ts';
import { eventually } from './durability/cpu-contention.ts';
import type { DeploymentKey, ServeProcess, Sql } from './durability/serving.ts';
import {
  buildServe,
  databasePids,
  killAll,
  newDataDir,
  removeDataDir,
  serve,
  withSql,
} from './durability/serving.ts';

const population = 1_000;
const people = Array.from({ length: population }, (_, number) => canaryPerson(number));
/** What people changed into, and those who only ever appeared in requests that were refused. */
const later = Array.from({ length: 300 }, (_, number) => canaryPerson(5_000 + number));
const strangers = Array.from({ length: 50 }, (_, number) => canaryPerson(8_000 + number));
const scanner = scannerFor([...people, ...later, ...strangers].flatMap(({ values }) => values));
const planted = canaryPerson(9_999);

let program: string;
let dataDir: string;
/** Is told everything about everybody, and answers what it was told. */
let echo: Receiver;
let served: ServeProcess;
let key: DeploymentKey;
/** Bodies and headers of every answer that was not a success, and of every success that shows no person. */
let answers = '';
/** Bodies of answers that show people: there all is lawful but the number. */
let shown = '';
const statuses: Record<string, number> = {};

beforeAll(async () => {
  [program, dataDir] = await Promise.all([buildServe(), newDataDir()]);
  echo = await openReceiver();
  echo.answer(({ body }, response) => void response.writeHead(200).end(body));
  const env = { CLIENTELE_WEBHOOK_ALLOW: '127.0.0.1/32', ...wideBudgets };
  served = await serve(program, dataDir, { wantsKey: true, logLevel: 'debug', env });
  key = served.key as DeploymentKey;
  await subscribe();
  await work();
  await spoil();
  await withSql(dataDir, (sql) => sql('analyze'));
  await withSql(dataDir, (sql) => sql('checkpoint'));
}, 300_000);

afterAll(async () => {
  await served?.stop();
  await echo?.close();
  await removeDataDir(dataDir);
  await rm(program, { recursive: true, force: true });
});

interface Sent {
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(
  method: string,
  path: string,
  { body, raw, headers }: Sent = {},
): Promise<{ status: number; json: Record<string, string> }> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${served.url}/api/v0.1${path}`, {
    method,
    headers: {
      Identity: key.identity,
      Authorization: key.authorization,
      ...(sent !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  });
  const text = await response.text();
  const head = [...response.headers].flat().join('\n');
  if (response.status < 300 && text.includes('customer_id')) shown += text;
  else answers += text;
  answers += head;
  const name = `${method} ${response.status}`;
  statuses[name] = (statuses[name] ?? 0) + 1;
  let json = {};
  try {
    json = JSON.parse(text);
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, json };
}

async function subscribe(): Promise<void> {
  for (const payload of ['full', 'thin']) {
    const body = { url: `${echo.url}/${payload}`, events: ['*'], payload };
    expect((await call('POST', '/webhooks', { body })).status).toBe(201);
  }
}

/** A thousand lives: all are created, some change, some are looked for, some end. Half of it under keys. */
async function work(): Promise<void> {
  const numbers = people.keys();
  const clients = Array.from({ length: 16 }, async () => {
    for (const number of numbers) await live(number);
  });
  await Promise.all(clients);
}

async function live(number: number): Promise<void> {
  const { body, values } = people[number] as CanaryPerson;
  const under = (what: string) =>
    number % 2 === 0 ? { headers: { 'Idempotency-Key': `${what} ${values[3]} ${values[7]}` } } : {};
  const created = await call('POST', '/customers', { body, ...under('create') });
  expect(created.status).toBe(201);
  const path = `/customers/${created.json['customer_id']}`;
  const change = later[number]?.body;
  if (change) {
    const patched = await call('PATCH', path, { body: change, ...under('change') });
    expect(patched.status).toBe(200);
    // A change that is no change, and one under a key that stands for another.
    await call('PATCH', path, {
      body: { ssn: patched.json['ssn'] },
      headers: { 'Idempotency-Key': randomUUID() },
    });
    if (number % 2 === 0) await call('PATCH', path, { body: { phone: '650-555-0000' }, ...under('change') });
  }
  if (number % 5 === 0) {
    const { ssn, email, phone, last_name, dob } = body;
    for (const asked of [{ ssn }, { email }, { phone }, { last_name, dob }])
      expect((await call('POST', '/customers/search', { body: asked })).status).toBe(200);
  }
  if (number % 4 === 3) expect((await call('DELETE', path, under('delete'))).status).toBe(200);
  else if (number % 10 === 0) await call('GET', path);
}

/** Everything that can be sent wrongly, with people in it. */
async function spoil(): Promise<void> {
  // One who has neither changed nor gone.
  const taken = people[500] as CanaryPerson;
  for (const { body, values } of strangers) {
    const [first, , last, email, street, , , ssn, phone] = values as string[];
    const wrong: readonly Sent[] = [
      { body: { ...body, ssn: taken.body.ssn } },
      { body: { ...body, dob: '2023-02-29' } },
      { body: { ...body, ssn: `${ssn}0` } },
      { body: { ...body, email: `${email} ` } },
      { body: { ...body, last_name: `${last}-${first}` } },
      { body: { ...body, social_security_number: ssn } },
      { body: { ...body, addresses: [{ street }] } },
      { body: [body] },
      { raw: `${JSON.stringify(body)}}` },
      { raw: `{"ssn":"${ssn}","ssn":"${ssn}"}` },
      { raw: JSON.stringify({ ...body, filler: String(ssn).repeat(8_000) }) },
      { raw: JSON.stringify(body), headers: { 'Content-Type': `text/plain; ${last}` } },
      { body, headers: { Identity: String(ssn) } },
      { body, headers: { Authorization: String(email) } },
      { body, headers: { 'Idempotency-Key': `${ssn}`.repeat(60) } },
      {
        body,
        headers: {
          Accept: 'application/problem+json',
          'If-Match': `"${ssn}"`,
          'Content-Encoding': String(phone),
        },
      },
    ];
    for (const sent of wrong)
      expect((await call('POST', '/customers', sent)).status).toBeGreaterThanOrEqual(400);
    for (const path of [
      `/customers/${ssn}`,
      `/customers/${encodeURIComponent(String(email))}`,
      `/customers?ssn=${ssn}&page=${phone}`,
      `/customers?cursor=${last}`,
      `/${last}/${ssn}`,
      `/customers/${randomUUID()}/${ssn}`,
      `/customers/%${ssn}`,
    ]) {
      const headers = {
        'User-Agent': String(email),
        Referer: `https://${last}.example/`,
        'X-Request-Id': String(ssn),
      };
      expect((await call('GET', path, { headers })).status).toBeGreaterThanOrEqual(400);
      await call('DELETE', path, { headers });
      await call('PATCH', path, { body, headers });
    }
    answers += await garbage(`GET /${ssn} HTTP/1.1\r\n${last} ${email}\r\n\r\n`);
    answers += await garbage(`${String(last).toUpperCase()} /${ssn} HTTP/1.1\r\nHost: ${email}\r\n\r\n`);
  }
  await offendDatabase();
}

async function garbage(bytes: string): Promise<string> {
  const { port, hostname } = new URL(served.url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket
      .on('data', (part) => (text += part))
      .on('error', () => resolve(text))
      .on('close', () => resolve(text));
  });
}

/** Errors of PostgreSQL itself, which like to quote what they are about, and a crash, which quotes its statement. */
async function offendDatabase(): Promise<void> {
  const values = strangers.flatMap((one) => one.values);
  for (const value of values.slice(0, 40)) {
    for (const text of ['select $1::int', 'select $1::uuid', "select ('x' || $1)::timestamptz"])
      await expect(withSql(dataDir, (sql) => sql(text, [value]))).rejects.toThrow();
    await expect(withSql(dataDir, (sql) => sql(`select '${value}' from "${value}"`))).rejects.toThrow();
  }
  const requests = strangers.map(({ body, values: [, , last] }) =>
    call('POST', '/customers', { body: { ...body, first_name: `${last}` } }),
  );
  // The first pid is the postmaster's, which may stay.
  const [postmaster, ...backends] = await databasePids(dataDir);
  killAll(backends);
  await Promise.all(requests);
  await eventually(async () => (await call('GET', '/customers')).status === 200);
  expect((await databasePids(dataDir))[0]).toBe(postmaster);
}

const numbers = scannerFor([...people, ...later, ...strangers].map(({ values }) => String(values[7])));

describe('nothing that describes a person can be read', () => {
  test('in the whole data directory: tables, indexes, WAL, statistics, PostgreSQL log', async () => {
    const { found, bytes, files } = await scanFolder(scanner, dataDir);
    expect(found).toEqual([]);
    expect(bytes).toBeGreaterThan(40_000_000);
    expect(files.filter((file) => file.includes('pg_wal/0'))).not.toEqual([]);
    expect(await readFile(`${dataDir}/postgres.log`, 'utf8')).toContain('terminated by signal 9');
  });

  test('in any row of any table, as text', async () => {
    const { found, rows } = await withSql(dataDir, scanTables);
    expect(found).toEqual([]);
    expect(rows['customers']).toBeGreaterThan(700);
    expect(rows['deleted_customers']).toBe(population / 4);
    expect(rows['idempotency']).toBeGreaterThan(600);
    expect(rows['deliveries']).toBeGreaterThan(population);
    expect(rows['delivery_attempts']).toBeGreaterThan(population);
  });

  test('in what the program wrote to its log, standard output and standard error, at level debug', () => {
    expect(scanner.scan(Buffer.from(served.output()), 'output')).toEqual([]);
    expect(served.output()).toContain('"operation":"createCustomer"');
  });

  test('in an answer that refuses something', () => {
    expect(scanner.scan(Buffer.from(answers), 'answers')).toEqual([]);
    expect(Object.keys(statuses)).toEqual(
      expect.arrayContaining([
        'POST 400',
        'POST 401',
        'POST 409',
        'POST 413',
        'POST 415',
        'PATCH 422',
        'GET 400',
        'GET 404',
      ]),
    );
    expect(
      Object.keys(statuses).filter((status) => /5\d\d$/.test(status) && !status.endsWith('503')),
    ).toEqual([]);
  });

  test('no number in any answer', () => {
    expect(numbers.scan(Buffer.from(shown), 'answers')).toEqual([]);
    expect(shown).toContain(`XXX-XX-${String(people[1]?.values[7]).slice(-4)}`);
    // The rest of a person is there, so this is what the scanner would have found.
    expect(scanner.scan(Buffer.from(shown), 'answers').length).toBeGreaterThan(population);
  });

  test('in a webhook, unless the subscription has the full payload', () => {
    const bodies = (full: boolean) =>
      echo.arrived.filter(({ json }) => 'customer' in json === full).map(({ body }) => body);
    expect(bodies(false).length).toBeGreaterThan(population);
    expect(scanner.scan(Buffer.from(bodies(false).join('\n')), 'webhooks')).toEqual([]);
    expect(numbers.scan(Buffer.from(bodies(true).join('\n')), 'webhooks')).toEqual([]);
    expect(scanner.scan(Buffer.from(bodies(true).join('\n')), 'webhooks').length).toBeGreaterThan(
      population / 2,
    );
  });

  test('in the data directory of a server that has stopped', async () => {
    await served.stop();
    const { found } = await scanFolder(scanner, dataDir);
    expect(found).toEqual([]);
    served = await serve(program, dataDir, { logLevel: 'debug' });
  });
});

async function scanTables(sql: Sql): Promise<{ found: readonly Finding[]; rows: Record<string, number> }> {
  const found: Finding[] = [];
  const rows: Record<string, number> = {};
  for (const { name } of await sql(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
  )) {
    const all = await sql(`select one::text as text from ${name} as one`);
    rows[String(name)] = all.length;
    found.push(...all.flatMap(({ text }) => looking.scan(Buffer.from(String(text)), String(name))));
  }
  return { found, rows };
}

/** The scanner that also knows a person who is planted below. */
const looking = scannerFor([...people, ...later, ...strangers, planted].flatMap(({ values }) => values));

// The same scanners on what lies open: if they were blind, their silence above would prove nothing.
describe('the scanner sees', () => {
  const everyValue = (found: readonly Finding[]) =>
    planted.values.filter((value) => !found.some((one) => one.value === value));

  test('a plain row in its table and in the WAL', async () => {
    const { found: before } = await scanFolder(looking, dataDir);
    expect(before).toEqual([]);
    await withSql(dataDir, async (sql) => {
      await sql('create table open_people (person text)');
      // Three times: a page of the WAL may end within one of them, and its header would part a value.
      await sql('insert into open_people select $1 from generate_series(1, 3)', [
        JSON.stringify(planted.body),
      ]);
      await sql('create unlogged table open_people_too as table open_people');
      const { found } = await scanTables(sql);
      expect(everyValue(found)).toEqual([]);
    });
    const { found: inWal } = await scanFolder(looking, dataDir);
    expect(everyValue(inWal.filter(({ where }) => where.includes('/pg_wal/')))).toEqual([]);
    await withSql(dataDir, (sql) => sql('checkpoint'));
    const { found: inTables } = await scanFolder(looking, dataDir);
    expect(everyValue(inTables.filter(({ where }) => where.includes('/base/')))).toEqual([]);
    await withSql(dataDir, (sql) => sql('drop table open_people, open_people_too'));
  });

  test.each([
    ['as wide characters', (text: string) => Buffer.from(text, 'utf16le')],
    ['as wide characters the other way round', (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['in hex', (text: string) => Buffer.from(Buffer.from(text).toString('hex'))],
    ['in base64', (text: string) => Buffer.from(Buffer.from(text).toString('base64'))],
    ['in base64 after one byte', (text: string) => Buffer.from(Buffer.from(` ${text}`).toString('base64'))],
    ['in base64 after two bytes', (text: string) => Buffer.from(Buffer.from(`  ${text}`).toString('base64'))],
    ['in a URL', (text: string) => Buffer.from(encodeURIComponent(text))],
    ['in capital letters', (text: string) => Buffer.from(text.toUpperCase())],
    [
      'without dashes',
      (text: string) => Buffer.from(/^[0-9-]+$/.test(text) ? text.replaceAll('-', '') : text),
    ],
  ])('every value %s in any place', (_, spell) => {
    for (const value of planted.values) {
      const bytes = Buffer.concat([Buffer.alloc(4_097, 'x'), spell(value), Buffer.alloc(11, 'x')]);
      expect(looking.scan(bytes, 'here').map((one) => one.value)).toContain(value);
      expect(looking.scan(bytes.subarray(4_097), 'here').map((one) => one.value)).toContain(value);
    }
  });

  test('an error of PostgreSQL that was logged with its statement', async () => {
    await withSql(dataDir, async (sql) => {
      await sql("set log_min_messages = 'error'");
      await sql("set log_min_error_statement = 'error'");
      await expect(sql(`select '${planted.values[7]}'::uuid`)).rejects.toThrow();
    });
    const { found } = await scanFolder(looking, dataDir);
    const inLog = found.filter(({ where }) => where.endsWith('postgres.log'));
    expect(inLog.map(({ value }) => value)).toContain(planted.values[7]);
  });
});
