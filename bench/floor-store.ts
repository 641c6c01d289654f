import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { FloorName } from './contenders.ts';

/** The statements of the floor. Reads and changes go down pipelines; each change is one statement. */
export interface FloorStore {
  get(id: string): Promise<string | undefined>;
  list(offset: number): Promise<string>;
  search(email: string): Promise<string>;
  create(sent: Person): Promise<string>;
  patch(id: string, phone: string): Promise<string | undefined>;
  patchAddress(id: string, addressId: string, street2: string): Promise<string | undefined>;
  remove(id: string): Promise<boolean>;
}

type Person = Readonly<Record<string, string>> & { readonly addresses: readonly object[] };
type Row = Readonly<Record<string, string>>;

const addressesOf = (customer: string) => `(select json_agg(a order by a.created_at)::text from (
  select address_id, address_type, street, street2, city, state, zip_code, country, is_primary, created_at from floor_addresses
   where brand_id = ${customer}.brand_id and customer_id = ${customer}.customer_id) a) as addresses`;
const columns = `c.customer_id, c.brand_person_id, c.brand_id, c.created_at, c.dob, c.first_name, c.middle_name, c.last_name,
  c.ssn, c.phone, c.phone_country_code, c.email, c.kyc_requests_available, ${addressesOf('c')}`;

/** The entry and the outbox row of a change, in its statement; nothing for the bare floor. */
const traced = (isEqual: boolean, operation: string, from: string) =>
  isEqual
    ? `, entry as (
      insert into floor_audit (brand_id, customer_id, actor, operation, at)
      select brand_id, customer_id, $1::uuid, '${operation}', now() from ${from}
    ), event as (
      insert into floor_outbox (brand_id, customer_id, type, payload, at)
      select brand_id, customer_id, 'customer.${operation}', json_build_object('customer_id', customer_id), now() from ${from})`
    : '';

const statementsOf = (isEqual: boolean) => ({
  get: `select ${columns} from floor_customers c where brand_id = $1 and customer_id = $2`,
  getTogether: `select ${columns} from floor_customers c where brand_id = $1 and customer_id = any($2)`,
  list: `select ${columns} from (select * from floor_customers where brand_id = $1 order by seq limit 20 offset $2) c order by seq`,
  search: `select ${columns} from floor_customers c where brand_id = $1 and email = $2 order by seq limit 20`,
  create: `with made as (
      insert into floor_customers (brand_id, customer_id, brand_person_id, created_at, dob, first_name, middle_name, last_name, ssn, phone,
        phone_country_code, email, kyc_requests_available)
      values ($1, $2, $3, now(), $4, $5, $6, $7, $8, $9, $10, $11, 3) returning brand_id, customer_id, created_at
    )${traced(isEqual, 'created', 'made')}
    insert into floor_addresses select $1, $2, gen_random_uuid(), now(), address_type, street, street2, city, state, zip_code, country, is_primary
      from json_to_recordset($12) as sent (address_type text, street text, street2 text, city text, state text, zip_code text, country text, is_primary boolean)
    returning created_at`,
  patch: `with c as (
      update floor_customers set phone = $3 where brand_id = $1 and customer_id = $2 returning *
    )${traced(isEqual, 'updated', 'c')} select ${columns} from c`,
  patchAddress: `with changed as (
      update floor_addresses set street2 = $4 where brand_id = $1 and customer_id = $2 and address_id = $3 returning *
    )${traced(isEqual, 'updated', 'changed')} select row_to_json(changed)::text as address from changed`,
  remove: `with gone as (
      delete from floor_customers where brand_id = $1 and customer_id = $2 returning brand_id, customer_id
    ), homes as (
      delete from floor_addresses where brand_id = $1 and customer_id = $2
    )${traced(isEqual, 'deleted', 'gone')} select customer_id from gone`,
});

function show({ addresses, ...rest }: Row): string {
  const ssn = `XXX-XX-${rest['ssn']?.slice(-4)}`;
  const shown = { ...rest, ssn, kyc_requests_available: Number(rest['kyc_requests_available']) };
  return `${JSON.stringify(shown).slice(0, -1)},"addresses":${addresses}}`;
}

export async function openStore(url: string, kind: FloorName): Promise<FloorStore> {
  const isEqual = kind === 'equal';
  // Values stay as PostgreSQL writes them: nothing is parsed to be written again.
  const config = {
    connectionString: url,
    types: { getTypeParser: () => (text: string) => text },
    pipeline: true,
  } as pg.ClientConfig;
  const open = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const client = new pg.Client(config);
        await client.connect();
        return client;
      }),
    );
  // A commit waits for the disk. More lanes of changes share one flush.
  const lanes = { read: await open(2), change: await open(8) };
  const statements = statementsOf(isEqual);
  let turn = 0;

  async function run(
    of: keyof typeof lanes,
    name: keyof typeof statements,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    turn += 1;
    const lane = lanes[of][turn % lanes[of].length];
    const result = await lane?.query({ name, text: statements[name], values: [...values] });
    return (result?.rows ?? []) as readonly Row[];
  }

  const [first] = (await lanes.read[0]?.query('select brand_id from floor_customers limit 1'))?.rows ?? [];
  const brandId = String(first?.brand_id);
  const getOne = async (id: string) => (await run('read', 'get', [brandId, id]))[0];
  const read =
    kind === 'coalescing' ? together(getOne, (ids) => run('read', 'getTogether', [brandId, ids])) : getOne;
  const showAll = (rows: readonly Row[]) => `[${rows.map(show).join(',')}]`;
  return {
    async get(id) {
      const row = await read(id);
      return row && show(row);
    },
    list: async (offset) => showAll(await run('read', 'list', [brandId, offset])),
    search: async (email) => showAll(await run('read', 'search', [brandId, email])),
    async create(sent) {
      const customerId = randomUUID();
      const { dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, addresses } =
        sent;
      await run('change', 'create', [
        ...[brandId, customerId, randomUUID(), dob, first_name, middle_name, last_name, ssn],
        ...[phone, phone_country_code, email, JSON.stringify(addresses)],
      ]);
      return JSON.stringify({ customer_id: customerId, ...sent, ssn: `XXX-XX-${ssn?.slice(-4)}` });
    },
    async patch(id, phone) {
      const [row] = await run('change', 'patch', [brandId, id, phone]);
      return row && show(row);
    },
    async patchAddress(id, addressId, street2) {
      const [row] = await run('change', 'patchAddress', [brandId, id, addressId, street2]);
      return row?.['address'];
    },
    remove: async (id) => (await run('change', 'remove', [brandId, id])).length > 0,
  };
}

/** Reads one at once where none is under way. Those that arrive during a read go together after it. */
function together(
  readOne: (id: string) => Promise<Row | undefined>,
  readMany: (ids: readonly string[]) => Promise<readonly Row[]>,
): (id: string) => Promise<Row | undefined> {
  let isBusy = false;
  let waiting = new Map<string, ((row: Row | undefined) => void)[]>();
  async function readWaiting(): Promise<void> {
    while (waiting.size > 0) {
      const asked = waiting;
      waiting = new Map();
      const rows = new Map((await readMany([...asked.keys()])).map((row) => [row['customer_id'], row]));
      for (const [id, tellAll] of asked) for (const tell of tellAll) tell(rows.get(id));
    }
    isBusy = false;
  }
  return async (id) => {
    if (isBusy)
      return new Promise((resolve) => {
        const others = waiting.get(id);
        if (others) others.push(resolve);
        else waiting.set(id, [resolve]);
      });
    isBusy = true;
    const row = await readOne(id);
    void readWaiting();
    return row;
  };
}
