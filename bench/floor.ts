import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The smallest possible server of customers: bare `node:http`, plaintext columns in two tables, named statements
 * down pipelines, a cached key check, no validation, no sealing, no log. The benchmark compares Clientele with it.
 */

const [url = '', digestHex = ''] = process.argv.slice(2);
const digest = Buffer.from(digestHex, 'hex');
const identities = new Set<string>();

const identity = { getTypeParser: () => (text: string) => text };
const config = { connectionString: url, types: identity } as pg.ClientConfig;
const lanes = [0, 1].map(() => new pg.Client({ ...config, pipeline: true } as pg.ClientConfig));
await Promise.all(lanes.map((lane) => lane.connect()));
const pool = new pg.Pool({ ...config, max: 12 } as pg.PoolConfig);
let turn = 0;

const addresses = `(select json_agg(json_build_object('address_id', a.address_id, 'address_type', a.address_type, 'street', a.street,
  'street2', a.street2, 'city', a.city, 'state', a.state, 'zip_code', a.zip_code, 'country', a.country, 'is_primary', a.is_primary,
  'date_created', a.created_at) order by a.created_at)::text from floor_addresses a where a.brand_id = c.brand_id and a.customer_id = c.customer_id) as addresses`;
const columns = `c.customer_id, c.brand_person_id, c.brand_id, c.created_at, c.dob, c.first_name, c.middle_name, c.last_name,
  c.ssn, c.phone, c.phone_country_code, c.email, c.kyc_requests_available, ${addresses}`;

const get = {
  name: 'get',
  text: `select ${columns} from floor_customers c where brand_id = $1 and customer_id = $2`,
};
const list = {
  name: 'list',
  text: `select ${columns} from (select * from floor_customers where brand_id = $1 order by seq limit 20 offset $2) c order by seq`,
};
const create = {
  name: 'create',
  text: `with made as (
    insert into floor_customers (brand_id, customer_id, brand_person_id, created_at, dob, first_name, middle_name, last_name, ssn, phone,
      phone_country_code, email, kyc_requests_available)
    values ($1, $2, $3, now(), $4, $5, $6, $7, $8, $9, $10, $11, 3) returning created_at
  ) insert into floor_addresses select $1, $2, gen_random_uuid(), now(), address_type, street, street2, city, state, zip_code, country, is_primary
    from json_to_recordset($12) as sent (address_type text, street text, street2 text, city text, state text, zip_code text, country text, is_primary boolean)
  returning created_at`,
};
const patch = {
  name: 'patch',
  text: `update floor_customers c set phone = $3 where brand_id = $1 and customer_id = $2 returning ${columns}`,
};

type Row = Record<string, string>;

function read(query: { name: string; text: string }, values: unknown[]): Promise<Row[]> {
  turn = 1 - turn;
  return (
    lanes[turn]?.query({ ...query, values }).then((result) => result.rows as Row[]) ?? Promise.resolve([])
  );
}

const change = (query: { name: string; text: string }, values: unknown[]): Promise<Row[]> =>
  pool.query({ ...query, values }).then((result) => result.rows as Row[]);

const brandId = (await pool.query('select brand_id from floor_customers limit 1')).rows[0].brand_id as string;

function show(row: Row): string {
  const { addresses: list, ...rest } = row;
  const ssn = `XXX-XX-${rest['ssn']?.slice(-4)}`;
  return `${JSON.stringify({ ...rest, ssn, kyc_requests_available: Number(rest['kyc_requests_available']) }).slice(0, -1)},"addresses":${list}}`;
}

async function answer(request: IncomingMessage, body: string): Promise<[number, string]> {
  const path = request.url ?? '';
  const id = path.slice('/api/v0.1/customers/'.length);
  if (request.method === 'GET' && id.length === 36) {
    const [row] = await read(get, [brandId, id]);
    return row ? [200, show(row)] : [404, '{}'];
  }
  if (request.method === 'GET') {
    const page = Number(/page=(\d+)/.exec(path)?.[1] ?? 1);
    const rows = await read(list, [brandId, (page - 1) * 20]);
    return [200, `[${rows.map(show).join(',')}]`];
  }
  const sent = JSON.parse(body);
  if (request.method === 'PATCH') {
    const [row] = await change(patch, [brandId, id, sent.phone]);
    return row ? [200, show(row)] : [404, '{}'];
  }
  const customerId = randomUUID();
  await change(create, [
    brandId,
    customerId,
    randomUUID(),
    sent.dob,
    sent.first_name,
    sent.middle_name,
    sent.last_name,
    sent.ssn,
    sent.phone,
    sent.phone_country_code,
    sent.email,
    JSON.stringify(sent.addresses),
  ]);
  return [201, JSON.stringify({ customer_id: customerId, ...sent })];
}

function isKnown(request: IncomingMessage): boolean {
  const { identity: name, authorization } = request.headers;
  if (typeof name !== 'string' || authorization === undefined) return false;
  identities.add(name);
  return timingSafeEqual(createHash('sha256').update(authorization).digest(), digest);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  const finish = async () => {
    const [status, text] = isKnown(request) ? await answer(request, body) : [401, '{}'];
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  };
  if (request.method === 'GET') void finish();
  else {
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => void finish());
  }
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  process.stderr.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
