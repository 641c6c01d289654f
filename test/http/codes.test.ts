import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import type { OperationRow } from '../../src/contract/operation.ts';
import { errorsOf, isRepeatable } from '../../src/contract/operation.ts';
import { apiPrefix, operations } from '../../src/contract/table.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { errorCatalogue } from '../../src/domain/errors.ts';
import { allScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { checkAnswer } from '../contract-check.ts';
import type { Prepared } from '../contract-samples.ts';
import {
  changeRequest,
  customerPath,
  defaultProgram,
  erasureRequest,
  newCustomer,
  prepare,
  restrictedPath,
  samples,
  send,
  startedPath,
} from '../contract-samples.ts';
import { address, person } from '../people.ts';
import type { BrandClient, Called, CallOptions, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { checkHarmless } from './hostile-answer.ts';
import { rawExchange, requestHead } from './raw-socket.ts';

/**
 * Every code that a row of the contract lists, provoked for real and in both forms of an error. A row that
 * is new, or gains a code, goes red here until there is a case for it.
 */

/** Brings an operation to answer one code; `headers` go along with the request that does it. */
type Case = (row: OperationRow, headers: Readonly<Record<string, string>>) => Promise<Called>;

const forms = { plain: 'application/json', problem: 'application/problem+json' } as const;
const json = { 'Content-Type': 'application/json' } as const;

let world: World;
let brand: BrandClient;

/** The row's sample request, bent. */
const bent =
  (bend: (prepared: Prepared) => CallOptions & { readonly path?: string }): Case =>
  async (row, headers) => {
    const prepared = await prepare(row, brand);
    const more = bend(prepared);
    return send(brand, prepared, { ...more, headers: { ...more.headers, ...headers } });
  };

const aUuid = /[0-9a-f]{8}-[0-9a-f-]{27}/;
const secondUuid = /(-holds\/|-requests\/)[0-9a-f-]{36}/;
const otherId = bent(({ path }) => ({ path: path.replace(aUuid, randomUUID()) }));
const malformedId = bent(({ path }) => ({ path: path.replace(aUuid, 'not-a-uuid') }));
const unknownParameter = bent(({ path }) => ({ path: `${path}?nonsense=1` }));
const malformedBody = bent(() => ({ raw: '{', headers: json }));

/** Sent over a bare socket, for what no client would send; the answer is held to the contract all the same. */
async function byHand(
  { method, path }: Prepared,
  headers: Readonly<Record<string, string>>,
): Promise<Called> {
  const sent = Object.entries({ ...brand.headers, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const answer = await rawExchange(world.url, requestHead(`${method} ${apiPrefix}${path} HTTP/1.1`, ...sent));
  const called = { ...answer, json: JSON.parse(answer.text) };
  checkAnswer(method, path, called);
  return called;
}
const withoutHost: Case = async (row, headers) => byHand(await prepare(row, brand), headers);

/** Cases that fit every operation which can answer the code. */
const generic: Readonly<Partial<Record<ErrorCode, Case>>> = {
  auth_err: bent(() => ({ headers: { Authorization: 'wrong' } })),
  scope_err: async (row, headers) => {
    const scopes = allScopes.filter((scope) => scope !== row.scope);
    const limited = brand.as(await createKey(world.system, brand.brandId, { scopes }));
    return send(limited, await prepare(row, brand), { headers });
  },
  rate_limited: async (row, headers) => {
    const { brand: tenant } = await live();
    const prepared = await prepare(row, tenant);
    const key = await createKey((await live()).world.system, tenant.brandId, {});
    const hasty = row.operationId === 'verifyKey' ? tenant : tenant.as(key);
    let answer = await send(hasty, prepared, { headers });
    for (let more = 0; more < 6 && answer.status !== 429; more += 1)
      answer = await send(hasty, prepared, { headers });
    return answer;
  },
  unavailable: (row, headers) => staged(dark, row, headers),
  idempotency_key_exists: async (row, { Accept = '' }) =>
    (await held).get(`${row.operationId} ${Accept}`) as Promise<Called>,
  idempotency_mismatch: async (row, headers) => {
    const repeated = { ...headers, 'Idempotency-Key': randomUUID() };
    await send(brand, await prepare(row, brand), { headers: repeated });
    return send(brand, await prepare(row, brand), { headers: repeated });
  },
  input_error: (row, headers) => {
    if (row.schemaError === 'input_error' && row.method === 'GET') return unknownParameter(row, headers);
    return (row.method === 'GET' ? withoutHost : malformedBody)(row, headers);
  },
  header_too_large: async (row, headers) =>
    byHand(await prepare(row, brand), { Host: 'localhost', ...headers, 'X-Long': 'a'.repeat(17 * 1024) }),
  create_customer_schema: unknownParameter,
  edit_customer_schema: unknownParameter,
  create_kyc_schema: unknownParameter,
  get_kyc_schema: unknownParameter,
  get_customer_schema: unknownParameter,
  delete_customer_schema: unknownParameter,
  payload_too_large: (row, headers) =>
    bent(() => ({ raw: ' '.repeat((row.body?.limit ?? 64 * 1024) + 1), headers: json }))(row, headers),
  unsupported_media_type: bent(() => ({ raw: '{}', headers: { 'Content-Type': 'text/plain' } })),
  precondition_failed: bent(() => ({ headers: { 'If-Match': '"99"' } })),
  webhooks_err: unknownParameter,
  webhook_dne: otherId,
  customer_dne: otherId,
  kyc_dne: otherId,
  address_dne: bent(({ path }) => ({ path: path.replace(/[^/]+$/, randomUUID()) })),
  customer_invalid_uuid4: malformedId,
  not_found: otherId,
  change_request_dne: otherId,
  retention_schema: unknownParameter,
  hold_dne: bent(({ path }) => ({ path: path.replace(secondUuid, `$1${randomUUID()}`) })),
  erasure_dne: bent(({ path }) => ({ path: path.replace(secondUuid, `$1${randomUUID()}`) })),
};

/** A verified customer whose primary address is touched. */
const lockedAddress =
  (method: string, body?: object): Case =>
  async (_row, headers) => {
    // Two primary ones, so that KYC is what refuses and not the rule of the last one.
    const { customer_id, addresses } = (await newCustomer(brand, { addresses: [address, address] })).json;
    await world.sql('update customers set kyc_passed_at = now() where customer_id = $1', [customer_id]);
    const path = `/customers/${customer_id}/addresses`;
    if (method === 'POST') return brand.call(method, path, { body: address, headers });
    return brand.call(method, `${path}/${addresses[0].address_id}`, { ...(body && { body }), headers });
  };

const start = async (customerId: string, body: object, headers: Readonly<Record<string, string>>) =>
  brand.call('POST', `/customers/${customerId}/verification-kyc`, {
    body: { program_id: await defaultProgram(brand), ...body },
    headers,
  });

/** A customer who has passed, as the body of a simulation. */
async function passed() {
  const body = {
    customer_id: (await newCustomer(brand)).json.customer_id,
    program_id: await defaultProgram(brand),
  };
  await brand.call('POST', '/simulate/kyc-pass', { body });
  return body;
}

/** The same for both simulations. */
const simulated: Partial<Record<ErrorCode, Case>> = {
  customer_dne: bent(({ options }) => ({
    body: { ...(options.body as object), customer_id: randomUUID() },
  })),
  invalid_program: bent(({ options }) => ({
    body: { ...(options.body as object), program_id: randomUUID() },
  })),
  kyc_reinit_fail: async (row, headers) => brand.call('POST', row.path, { body: await passed(), headers }),
  not_found: async (row, headers) => {
    const { brand: tenant } = await live();
    return send(tenant, await prepare(row, tenant), { headers });
  },
};

/** Cases of one operation alone. */
const own: Readonly<Record<string, Partial<Record<ErrorCode, Case>>>> = {
  createCustomer: {
    ssn_dup: async (_row, headers) => {
      const body = person();
      await newCustomer(brand, { ssn: body.ssn });
      return brand.call('POST', '/customers', { body, headers });
    },
    person_id_dup: async (_row, headers) => {
      const { brand_person_id } = (await newCustomer(brand)).json;
      return brand.call('POST', '/customers', { body: person({ brand_person_id }), headers });
    },
  },
  updateCustomer: {
    ssn_dup: async (_row, headers) => {
      const body = person();
      await newCustomer(brand, { ssn: body.ssn });
      const { customer_id } = (await newCustomer(brand)).json;
      return brand.call('PATCH', `/customers/${customer_id}`, { body: { ssn: body.ssn }, headers });
    },
    kyc_customer: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      await world.sql('update customers set kyc_passed_at = now() where customer_id = $1', [customer_id]);
      return brand.call('PATCH', `/customers/${customer_id}`, { body: { first_name: 'Jane' }, headers });
    },
  },
  approveErasure: {
    second_approver: async (_row, headers) => {
      const path = `${await restrictedPath(brand)}/erasure-requests`;
      const { erasure_id } = (await brand.call('POST', path, { body: { reason: 'Created twice.' } })).json;
      return brand.call('POST', `${path}/${erasure_id}/approval`, { headers });
    },
    legal_hold: async (_row, headers) => {
      const path = await restrictedPath(brand);
      await brand.call('POST', `${path.replace('restricted-', '')}/legal-holds`, {
        body: { reason: 'Case 24-117.' },
      });
      return brand.call('POST', `${await erasureRequest(brand, path)}/approval`, { headers });
    },
  },
  startKyc: {
    invalid_program: bent(() => ({ body: { program_id: randomUUID() } })),
    kyc_init_fail: async (_row, headers) => {
      const path = await startedPath(brand, { ssn: '000-00-0000' });
      return brand.call('POST', path, { body: { program_id: await defaultProgram(brand) }, headers });
    },
    kyc_reinit_fail: async (_row, headers) => {
      const body = await passed();
      const path = `/customers/${body.customer_id}/verification-kyc`;
      return brand.call('POST', path, { body: { program_id: body.program_id }, headers });
    },
    kyc_retries: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      await world.sql('update customers set kyc_requests_available = 0 where customer_id = $1', [
        customer_id,
      ]);
      return start(customer_id, {}, headers);
    },
    kyc_customer: async (_row, headers) => {
      const { ssn, ...rest } = person();
      const { customer_id } = (await brand.call('POST', '/customers', { body: rest })).json;
      await world.sql('update customers set kyc_passed_at = now() where customer_id = $1', [customer_id]);
      return start(customer_id, { ssn }, headers);
    },
    ssn_dup: async (_row, headers) => {
      const { ssn, ...rest } = person();
      await newCustomer(brand, { ssn });
      const { customer_id } = (await brand.call('POST', '/customers', { body: rest })).json;
      return start(customer_id, { ssn }, headers);
    },
  },
  getKyc: {
    kyc_dne: async (_row, headers) =>
      brand.call('GET', `${await customerPath(brand)}/verification-kyc`, { headers }),
  },
  submitKycDocuments: {
    kyc_init_fail: async (_row, headers) =>
      brand.call('POST', `${await startedPath(brand)}/documents`, { body: documentsExample, headers }),
  },
  simulateKycPass: simulated,
  simulateKycFail: simulated,
  decideKycReview: {
    kyc_init_fail: async (row, headers) => {
      const prepared = await prepare(row, brand);
      await send(brand, prepared);
      return send(brand, prepared, { headers });
    },
  },
  receiveKycCallback: {
    auth_err: bent(({ options }) => ({ headers: { ...options.headers, 'webhook-signature': 'v1,AAAA' } })),
  },
  listEvents: {
    events_gone: async (_row, headers) => {
      const past = await world.brand();
      for (let count = 0; count < 3; count += 1) await newCustomer(past);
      await settled(world);
      const { next_cursor } = (await past.call('GET', '/events?limit=1')).json;
      await world.sql('delete from events where brand_id = $1 and number < 3', [past.brandId]);
      return past.call('GET', `/events?cursor=${next_cursor}`, { headers });
    },
  },
  createChangeRequest: {
    change_request_needless: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      const body = { changes: { last_name: 'Moneypenny' }, reason: 'Married.' };
      return brand.call('POST', `/customers/${customer_id}/change-requests`, { body, headers });
    },
  },
  decideChangeRequest: {
    change_request_decided: async (_row, headers) => {
      const path = `/change-requests/${await changeRequest(brand)}/decision`;
      await brand.call('POST', path, { body: { decision: 'decline' } });
      return brand.call('POST', path, { body: { decision: 'approve' }, headers });
    },
    customer_dne: async (_row, headers) => {
      const id = await changeRequest(brand);
      const { customer_id } = (await brand.call('GET', `/change-requests/${id}`)).json;
      await brand.call('DELETE', `/customers/${customer_id}`);
      return brand.call('POST', `/change-requests/${id}/decision`, {
        body: { decision: 'approve' },
        headers,
      });
    },
    ssn_dup: async (_row, headers) => {
      const { ssn } = person();
      const id = await changeRequest(brand, { ssn });
      await newCustomer(brand, { ssn });
      return brand.call('POST', `/change-requests/${id}/decision`, {
        body: { decision: 'approve' },
        headers,
      });
    },
  },
  createAddress: { kyc_customer: lockedAddress('POST') },
  updateAddress: { kyc_customer: lockedAddress('PATCH', { street2: 'Suite 700' }) },
  revealSsn: {
    ssn_dne: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand, { ssn: undefined })).json;
      return brand.call('POST', `/customers/${customer_id}/ssn`, {
        body: { reason: 'None is there.' },
        headers,
      });
    },
  },
  deleteAddress: { kyc_customer: lockedAddress('DELETE') },
};

const caseOf = (row: OperationRow, code: ErrorCode): Case | undefined =>
  own[row.operationId]?.[code] ??
  generic[code] ??
  (code === row.unknownError ? (one, headers) => staged(broken, one, headers) : undefined);

const worlds: World[] = [];
const cleanUps: (() => unknown)[] = [];
async function anotherWorld(options?: Parameters<typeof openWorld>[0]): Promise<World> {
  const opened = await openWorld(options);
  worlds.push(opened);
  return opened;
}

/** Requests that were prepared while all was well, for a world in which it no longer is. */
type Stage = ReadonlyMap<string, { readonly brand: BrandClient; readonly prepared: Prepared }>;

async function prepareAll(on: World, rows: readonly OperationRow[]): Promise<Stage> {
  const stage = new Map<string, { brand: BrandClient; prepared: Prepared }>();
  for (const row of rows) {
    for (const form of Object.values(forms)) {
      const tenant = await on.brand();
      stage.set(`${row.operationId} ${form}`, { brand: tenant, prepared: await prepare(row, tenant) });
    }
  }
  return stage;
}

async function staged(stage: Promise<Stage>, row: OperationRow, headers: Readonly<Record<string, string>>) {
  const set = (await stage).get(`${row.operationId} ${headers['Accept']}`);
  if (!set) throw new Error(`Nothing was prepared for ${row.operationId}.`);
  return send(set.brand, set.prepared, { headers });
}

let dark: Promise<Stage>;
let held: Promise<ReadonlyMap<string, Promise<Called>>>;
let broken: Promise<Stage>;
let brokenWorld: World;
let live: () => Promise<{ readonly world: World; readonly brand: BrandClient }>;

/** The database shuts its doors. */
async function darken(): Promise<Stage> {
  const on = await anotherWorld();
  const stage = await prepareAll(on, operations);
  const admin = new pg.Client({ connectionString: on.databaseUrl.replace(/\/world_[^?]+/, '/postgres') });
  await admin.connect();
  await admin.query(`alter database ${on.databaseName} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    on.databaseName,
  ]);
  await admin.end();
  return stage;
}

/** Somebody holds every Idempotency-Key: what is asked under one is still running. */
async function hold(): Promise<ReadonlyMap<string, Promise<Called>>> {
  const on = await anotherWorld();
  const stage = await prepareAll(on, operations.filter(isRepeatable));
  const holder = new pg.Client({ connectionString: on.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table idempotency in exclusive mode');
  cleanUps.push(() => holder.end());
  const asked = new Map<string, Promise<Called>>();
  let before: Promise<unknown> = Promise.resolve();
  const all = [...stage];
  // No more at once than there are connections: who waits for one of those gets another answer.
  for (let at = 0; at < all.length; at += 10) {
    const group = all.slice(at, at + 10).map(([name, { brand: tenant, prepared }]) => {
      const headers = { Accept: name.split(' ')[1] ?? '', 'Idempotency-Key': randomUUID() };
      const answer = before.then(() => send(tenant, prepared, { headers }));
      asked.set(name, answer);
      return answer;
    });
    before = Promise.allSettled(group);
  }
  return asked;
}

/** Sealed records that no longer open, a sequence and a table that are gone, a key with an impossible date. */
async function damage(): Promise<Stage> {
  const on = await anotherWorld();
  brokenWorld = on;
  const stage = await prepareAll(on, operations);
  await on.sql(
    "update customers set profile = 'bm90IHdoYXQgd2FzIHNlYWxlZA==', ssn = 'bm90IHdoYXQgd2FzIHNlYWxlZA=='",
  );
  await on.sql('alter table kyc_runs rename to not_here; alter table programs rename to nor_here');
  await on.sql('alter table deleted_customers rename to elsewhere');
  await on.sql('alter table change_requests rename to elsewhere_too');
  await on.sql('alter table events rename to elsewhere_three');
  await on.sql('alter table retention_policies rename to elsewhere_as_well');
  await on.sql('alter table audit rename to nowhere');
  await on.sql("update webhooks set settings = 'bm90IHdoYXQgd2FzIHNlYWxlZA=='");
  await on.sql('alter table delivery_attempts rename to attempts_elsewhere');
  for (const table of ['webhooks', 'deliveries'])
    await on.sql(`alter table ${table} add constraint impossible check (false) not valid`);
  const sequences = await on.sql(
    "select sequencename as name from pg_sequences where sequencename like 'arrivals%'",
  );
  for (const { name } of sequences) await on.sql(`drop sequence ${name}`);
  for (const form of Object.values(forms)) {
    const identity = stage.get(`verifyKey ${form}`)?.brand.key.identity;
    await on.sql("update api_keys set created_at = 'infinity' where identity = $1", [identity]);
  }
  return stage;
}

beforeAll(async () => {
  world = await anotherWorld();
  brand = await world.brand();
  const directory = mkdtempSync(join(tmpdir(), 'clientele-codes-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  createRootKeyFile(join(directory, 'root.key'));
  const strict = await anotherWorld({
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key'),
      CLIENTELE_RATE_LIMIT: '5',
    },
  });
  live = async () => ({ world: strict, brand: await strict.brand() });
  [dark, held, broken] = [darken(), hold(), damage()];
  await Promise.all([dark, held, broken]);
});
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await Promise.all(worlds.map((opened) => opened.close()));
});

/** A request that is too slow is waited for once, in hostile-slow.test.ts, and not 10 seconds for each row. */
const codesOf = (row: OperationRow): readonly ErrorCode[] =>
  errorsOf(row).filter((code) => code !== 'request_timeout');

test('there is a sample request for every operation and a case for every code that its row lists', () => {
  const missing = operations.flatMap((row) => [
    ...(row.operationId in samples ? [] : [row.operationId]),
    ...codesOf(row)
      .filter((code) => !caseOf(row, code))
      .map((code) => `${row.operationId} ${code}`),
  ]);
  expect(missing).toEqual([]);
});

test('a code without a case would be noticed', () => {
  const row = operations.find((one) => one.operationId === 'getCustomer') as OperationRow;
  expect(caseOf({ ...row, errors: ['kyc_customer'] }, 'kyc_customer')).toBeUndefined();
  expect(caseOf(row, 'customer_dne')).toBeDefined();
});

describe.each(operations.map((row) => [row.operationId, row] as const))('%s', (_id, row) => {
  test('succeeds as its row says', async () => {
    const answer = await send(brand, await prepare(row, brand));
    expect(answer.status).toBe(row.answer.status);
    checkHarmless(answer);
  });

  test.concurrent.each([...codesOf(row)])('can answer %s', async (code) => {
    const provoke = caseOf(row, code) as Case;
    const entry = errorCatalogue[code];
    const [plain, problem] = await Promise.all([
      provoke(row, { Accept: forms.plain }),
      provoke(row, { Accept: forms.problem }),
    ]);
    expect(plain.json).toMatchObject({ Code: code, Status: entry.status, Type: entry.type });
    expect(problem.json).toMatchObject({ code, status: entry.status, title: entry.message });
    expect(problem.headers.get('content-type')).toBe(`${forms.problem}; charset=utf-8`);
    for (const answer of [plain, problem]) {
      expect(answer.status).toBe(entry.status);
      checkHarmless(answer);
      const retryAfter = Number(answer.headers.get('retry-after') ?? 0);
      const mayRetry = ['rate_limited', 'unavailable', 'idempotency_key_exists'].includes(code);
      expect(retryAfter > 0, 'Retry-After where a repeat makes sense, and only there').toBe(mayRetry);
    }
  });
});

test('a fault is logged by its kind and place, not by what it was about', () => {
  const lines = brokenWorld.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
  const faults = lines.filter(({ msg }) => msg === 'fault');
  expect(faults.length).toBeGreaterThanOrEqual(2 * operations.length);
  const told = ['level', 'time', 'error', 'code', 'statement', 'stack', 'msg'];
  const ofRequest = ['request_id', 'operation'];
  const ofTask = ['task', 'failures'];
  for (const line of lines) {
    expect(['fault', 'background task failed']).toContain(line.msg);
    const allowed = [...told, ...(line.msg === 'fault' ? ofRequest : ofTask)];
    expect(Object.keys(line).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(line.stack?.every((frame: string) => /^at /.test(frame)) ?? true).toBe(true);
    expect(line.statement ?? 'customer_read').toMatch(/^[a-z_]+[a-z0-9_ ]*$/);
  }
});
