import pg from 'pg';
import type { Config } from '../src/config.ts';
import type { BrandId } from '../src/domain/ids.ts';
import { Problems } from '../src/domain/problems.ts';
import type { NewKey } from '../src/operations/brands/api-keys.ts';
import { createKey } from '../src/operations/brands/api-keys.ts';
import { createBrand } from '../src/operations/brands/brands.ts';
import { createCustomer } from '../src/operations/customers/customers.ts';
import type { Handler } from '../src/operations/run.ts';
import { perform } from '../src/operations/run.ts';
import { openRuntime } from '../src/runtime.ts';
import { personOf } from './people.ts';

export interface Planted {
  readonly key: NewKey;
  readonly brandId: BrandId;
  readonly customers: readonly PlantedCustomer[];
}

export interface PlantedCustomer {
  readonly customerId: string;
  /** The second one, which is not primary. */
  readonly addressId: string;
}

const floorTables = `
  create table floor_customers (
    brand_id uuid not null, customer_id uuid not null, seq bigserial, brand_person_id uuid not null, created_at timestamptz not null,
    dob date not null, first_name text not null, middle_name text not null, last_name text not null, ssn text not null, phone text,
    phone_country_code text, email text, kyc_requests_available smallint not null,
    primary key (brand_id, customer_id), unique (brand_id, seq), unique (brand_id, brand_person_id), unique (brand_id, ssn));
  create index on floor_customers (brand_id, email);
  create index on floor_customers (brand_id, phone);
  create index on floor_customers (brand_id, last_name, dob);
  create table floor_addresses (
    brand_id uuid not null, customer_id uuid not null, address_id uuid not null, created_at timestamptz not null, address_type text not null,
    street text not null, street2 text not null, city text not null, state text not null, zip_code text not null, country text not null,
    is_primary boolean not null, primary key (brand_id, customer_id, address_id));
  create table floor_audit (
    number bigserial primary key, brand_id uuid not null, customer_id uuid not null, actor uuid not null, operation text not null,
    at timestamptz not null);
  create index on floor_audit (brand_id, customer_id, number);
  create table floor_outbox (
    number bigserial primary key, brand_id uuid not null, customer_id uuid not null, type text not null, payload json not null,
    at timestamptz not null);`;

/** Creates the customers for both: sealed through the product's own operation, and in plain text for the floor. */
export async function plant(
  config: Config,
  count: number,
  progress: (done: number) => void,
): Promise<Planted> {
  const runtime = await openRuntime(config, 'serve');
  const { system } = runtime;
  try {
    const brand = await createBrand(system, 'Bench');
    const key = await createKey(system, brand.brandId, { name: 'bench' });
    const principal = {
      brandId: brand.brandId,
      brandName: brand.name,
      identity: key.identity,
      keyName: key.name,
      scopes: new Set(key.scopes),
      createdAt: key.createdAt,
      expiresAt: undefined,
      owner: undefined,
      createdBy: undefined,
      rotatedBy: undefined,
      networks: [],
      person: undefined,
      actor: { kind: 'key' as const, id: key.identity },
      session: undefined,
      validation: 'bond' as const,
      isStored: true,
    };
    const customers: PlantedCustomer[] = [];
    let next = 0;
    const worker = async () => {
      while (next < count) {
        const number = next;
        next += 1;
        const input = {
          params: {},
          query: undefined,
          body: personOf(number),
          deferredProblems: new Problems(),
          ifMatch: 'none' as const,
        };
        const call = { operationId: 'createCustomer', requestId: `plant-${number}` };
        const create = createCustomer as unknown as Handler;
        const request = { call, handler: create, input: input as never, repeat: undefined };
        const { answer } = await perform(system, principal, request);
        const { customer_id, addresses } = JSON.parse(answer.body);
        customers[number] = { customerId: customer_id, addressId: addresses[1].address_id };
        if (number % 2_000 === 0) progress(number);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    await plantFloor(String(config.migrationDatabaseUrl), brand.brandId, customers);
    return { key, brandId: brand.brandId, customers };
  } finally {
    await runtime.close();
  }
}

/** The same customers in tables that belong to the owner, since the role of the service may not make any. */
async function plantFloor(
  ownerUrl: string,
  brandId: string,
  customers: readonly PlantedCustomer[],
): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(floorTables);
    await insertPlain(owner, brandId, customers);
  } finally {
    await owner.end();
  }
}

async function insertPlain(
  owner: pg.Client,
  brandId: string,
  customers: readonly PlantedCustomer[],
): Promise<void> {
  const quote = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`;
  const batch = 500;
  for (let from = 0; from < customers.length; from += batch) {
    const people: string[] = [];
    const homes: string[] = [];
    for (let number = from; number < Math.min(customers.length, from + batch); number += 1) {
      const body = personOf(number);
      const { customerId, addressId } = customers[number] as PlantedCustomer;
      const who = [brandId, customerId].map(quote).join(',');
      people.push(
        `(${who},gen_random_uuid(),now(),${[body.dob, body.first_name, body.middle_name, body.last_name, body.ssn, body.phone, body.phone_country_code, body.email].map(quote).join(',')},3)`,
      );
      for (const home of body.addresses) {
        homes.push(
          `(${who},${home.is_primary ? 'gen_random_uuid()' : quote(addressId)},now(),${[home.address_type, home.street, home.street2, home.city, home.state, home.zip_code, home.country, home.is_primary].map(quote).join(',')})`,
        );
      }
    }
    await owner.query(
      `insert into floor_customers (brand_id, customer_id, brand_person_id, created_at, dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, kyc_requests_available) values ${people.join(',')};
       insert into floor_addresses values ${homes.join(',')}`,
    );
  }
}
