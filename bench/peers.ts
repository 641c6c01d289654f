import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { findDataLayout } from '../src/store/embedded/data-layout.ts';
import { readPasswords, superuser } from '../src/store/embedded/passwords.ts';
import type { EmbeddedServer } from '../src/store/embedded/server.ts';
import type { Contender, PeerName } from './contenders.ts';
import { root, start } from './contenders.ts';
import { requestBytes } from './load.ts';
import { personOf } from './people.ts';
import type { Asked, KindName } from './requests.ts';

/**
 * Products that people could choose instead: Parse Server and Medusa, each with its data in a database of its own on
 * the server that Clientele uses. They are installed below bench/peers when they are asked for, and nothing of this
 * project depends on them. docs/performance.md says where their work is not the same.
 */

const folder = join(root, 'bench/peers');

/** Where a program of a peer finds its database. */
interface PeerDatabase {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: PeerName;
}

export interface Peer {
  readonly contender: Contender;
  readonly asks: Readonly<Record<KindName, Asked>>;
}

interface PeerOptions {
  readonly server: EmbeddedServer;
  readonly dataDir: string;
  readonly customers: number;
  readonly profile?: string;
}

/** Installs the peers, fills them with as many customers, and starts them. */
export async function startPeers(options: PeerOptions): Promise<readonly Peer[]> {
  if (!existsSync(join(folder, 'node_modules')))
    runOrThrow('npm', ['ci', '--prefix', folder, '--ignore-scripts']);
  return [await startParse(options), await startMedusa(options)];
}

/** Medusa looks for its modules from the folder that it runs in. */
function runOrThrow(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const options = { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
}

async function createDatabase({ server, dataDir }: PeerOptions, database: PeerName): Promise<PeerDatabase> {
  const layout = await findDataLayout(dataDir, false);
  const password = layout && (await readPasswords(layout))?.of(superuser);
  if (password === undefined) throw new Error('The password of the superuser cannot be read.');
  const access = { host: server.host, port: server.port, user: superuser, password };
  const client = new pg.Client({ ...access, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${database}`).finally(() => client.end());
  return { ...access, database };
}

const key = randomBytes(16).toString('hex');
const envOf = (database: PeerDatabase): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  LOG_LEVEL: 'warn',
  MEDUSA_DISABLE_TELEMETRY: '1',
  PEER_DATABASE: JSON.stringify(database),
  PEER_KEY: key,
});
const startPeer = (
  { name, args, cwd }: { readonly name: PeerName; readonly args: readonly string[]; readonly cwd: string },
  database: PeerDatabase,
  profile?: string,
) =>
  start(name, args, {
    env: envOf(database),
    cwd,
    where: /^port (\d+)$/m,
    ...(profile !== undefined && { profile }),
  });

/** Inserts rows in batches. `sql` takes them as one JSON array. */
async function fill(
  database: PeerDatabase,
  sql: string,
  rows: readonly object[],
  last: string,
): Promise<void> {
  const client = new pg.Client({ ...database });
  await client.connect();
  try {
    const batch = 1_000;
    for (let from = 0; from < rows.length; from += batch)
      await client.query(sql, [JSON.stringify(rows.slice(from, from + batch))]);
    await client.query(last);
    await client.query('vacuum (analyze)');
  } finally {
    await client.end();
  }
}

/** Identifiers of a peer's own length and letters, in random order as its own ones are. */
const randomIds = (count: number, prefix: string, length: number): readonly string[] =>
  Array.from(
    { length: count },
    () => prefix + randomBytes(length).toString('hex').slice(0, length).toUpperCase(),
  );

const createdAt = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString();
const below = (most: number): number => Math.floor(Math.random() * most);
const phone = () => `650-555-${String(below(10_000)).padStart(4, '0')}`;
const suite = () => `Suite ${below(10_000)}`;
const json = (path: string, method: string, headers: Readonly<Record<string, string>>, body: object) =>
  requestBytes(method, path, headers, JSON.stringify(body));

async function startParse(options: PeerOptions): Promise<Peer> {
  const { customers } = options;
  const database = await createDatabase(options, 'parse');
  // It makes its tables when it starts.
  // It writes logs below the folder that it runs in, whatever it is told.
  const program = { name: 'parse', args: [join(folder, 'parse.mjs')], cwd: options.dataDir } as const;
  const contender = await startPeer(program, database, options.profile);
  const ids = randomIds(customers, '', 10);
  const rows = ids.map((objectId, number) => {
    const at = createdAt(number);
    return { ...personOf(number), objectId, createdAt: at, updatedAt: at, kyc_requests_available: 3 };
  });
  const columns = `dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, addresses,
    kyc_requests_available, "objectId", "createdAt", "updatedAt"`;
  await fill(
    database,
    `insert into "Customer" (${columns}) select ${columns} from json_populate_recordset(null::"Customer", $1)`,
    rows,
    'create index on "Customer" (email); create index on "Customer" ("createdAt")',
  );
  return { contender, asks: asksOfParse(ids) };
}

function asksOfParse(ids: readonly string[]): Peer['asks'] {
  const headers = { 'X-Parse-Application-Id': 'bench', 'X-Parse-REST-API-Key': key };
  const base = '/classes/Customer';
  const half = Math.floor(ids.length / 2);
  const deepest = (Math.floor(ids.length / 20) - 1) * 20;
  const one = () => `${base}/${ids[below(half)]}`;
  const get = (path: () => string): Asked => ({
    status: 200,
    next: () => requestBytes('GET', path(), headers),
  });
  let made = ids.length;
  let left = ids.length;
  return {
    get: get(one),
    list: get(() => `${base}?order=createdAt&limit=20`),
    deep: get(() => `${base}?order=createdAt&limit=20&skip=${deepest}`),
    search: get(
      () =>
        `${base}?limit=20&where=${encodeURIComponent(JSON.stringify({ email: personOf(below(half)).email }))}`,
    ),
    create: { status: 201, next: () => json(base, 'POST', headers, personOf(++made)) },
    patch: { status: 200, next: () => json(one(), 'PUT', headers, { phone: phone() }) },
    // The addresses are part of the customer, and are written together.
    address: {
      status: 200,
      next() {
        const [first, second] = personOf(below(half)).addresses;
        return json(one(), 'PUT', headers, { addresses: [first, { ...second, street2: suite() }] });
      },
    },
    delete: {
      status: 200,
      next() {
        left -= 1;
        return left >= half ? requestBytes('DELETE', `${base}/${ids[left]}`, headers) : undefined;
      },
    },
  };
}

async function startMedusa(options: PeerOptions): Promise<Peer> {
  const { customers } = options;
  const database = await createDatabase(options, 'medusa');
  const program = join(folder, 'medusa.cjs');
  runOrThrow(process.execPath, [program, 'migrate'], envOf(database));
  const ids = randomIds(customers, 'cus_', 26);
  const addressIds = randomIds(customers * 2, 'cuaddr_', 26);
  const rows = ids.map((id, number) => {
    const { first_name, last_name, email, phone, addresses, ...metadata } = personOf(number);
    return { id, first_name, last_name, email, phone, metadata, created_at: createdAt(number) };
  });
  await fill(
    database,
    `insert into customer (id, first_name, last_name, email, phone, metadata, created_at, updated_at)
     select id, first_name, last_name, email, phone, metadata, created_at, created_at
       from json_populate_recordset(null::customer, $1)`,
    rows,
    'create index on customer (created_at) where deleted_at is null',
  );
  const homes = ids.flatMap((customer_id, number) =>
    personOf(number).addresses.map((home, at) => ({
      id: addressIds[number * 2 + at],
      customer_id,
      address_name: home.address_type,
      address_1: home.street,
      address_2: home.street2,
      city: home.city,
      province: home.state,
      postal_code: home.zip_code,
      country_code: home.country,
      created_at: createdAt(number),
    })),
  );
  await fill(
    database,
    `insert into customer_address (id, customer_id, address_name, address_1, address_2, city, province, postal_code,
       country_code, created_at, updated_at)
     select id, customer_id, address_name, address_1, address_2, city, province, postal_code, country_code, created_at,
       created_at from json_populate_recordset(null::customer_address, $1)`,
    homes,
    'select',
  );
  const started = { name: 'medusa', args: [program, 'start'], cwd: folder } as const;
  const contender = await startPeer(started, database, options.profile);
  return { contender, asks: asksOfMedusa(ids, addressIds) };
}

/**
 * A token of a signed-in user, which Medusa checks by a MAC. It checks a secret API key by scrypt for every request,
 * which would take more than all of its other work.
 */
function medusaToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = { actor_id: 'user_bench', actor_type: 'user', auth_identity_id: 'authid_bench' };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, iat: now, exp: now + 86_400 })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function asksOfMedusa(ids: readonly string[], addressIds: readonly string[]): Peer['asks'] {
  const headers = { Authorization: `Bearer ${medusaToken()}` };
  const base = '/admin/customers';
  const fields = 'fields=*addresses';
  const half = Math.floor(ids.length / 2);
  const deepest = (Math.floor(ids.length / 20) - 1) * 20;
  const one = () => `${base}/${ids[below(half)]}`;
  const get = (path: () => string): Asked => ({
    status: 200,
    next: () => requestBytes('GET', path(), headers),
  });
  const page = `${base}?${fields}&order=created_at&limit=20`;
  let made = ids.length;
  let left = ids.length;
  return {
    get: get(() => `${one()}?${fields}`),
    list: get(() => page),
    deep: get(() => `${page}&offset=${deepest}`),
    search: get(() => `${base}?${fields}&limit=20&email=${encodeURIComponent(personOf(below(half)).email)}`),
    // Its create takes no addresses: each would be a request of its own.
    create: {
      status: 200,
      next() {
        made += 1;
        const { first_name, last_name, email, phone, addresses, ...metadata } = personOf(made);
        return json(base, 'POST', headers, { first_name, last_name, email, phone, metadata });
      },
    },
    patch: { status: 200, next: () => json(`${one()}?${fields}`, 'POST', headers, { phone: phone() }) },
    address: {
      status: 200,
      next() {
        const at = below(half);
        const path = `${base}/${ids[at]}/addresses/${addressIds[at * 2 + 1]}`;
        return json(path, 'POST', headers, { address_2: suite() });
      },
    },
    delete: {
      status: 200,
      next() {
        left -= 1;
        return left >= half ? requestBytes('DELETE', `${base}/${ids[left]}`, headers) : undefined;
      },
    },
  };
}
