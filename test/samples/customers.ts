import { person } from '../people.ts';
import type { BrandClient, Called, CallOptions } from '../world.ts';

/** A request of one operation, ready to be sent. */
export interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly options: CallOptions;
}

/** A customer of the brand, as its create answered it. */
export async function newCustomer(brand: BrandClient, overrides: object = {}): Promise<Called> {
  const created = await brand.call('POST', '/customers', { body: person({ ...overrides }) });
  if (created.status !== 201) throw new Error(`A customer could not be made: ${created.text}`);
  return created;
}

export const customerPath = async (brand: BrandClient): Promise<string> =>
  `/customers/${(await newCustomer(brand)).json.customer_id}`;
