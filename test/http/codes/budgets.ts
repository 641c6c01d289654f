import type { OperationRow } from '../../../src/contract/operation.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { person } from '../../people.ts';
import type { BrandClient, Called } from '../../world.ts';
import { brand, world } from './worlds.ts';

// Cases of operations that use up a budget.

/** Brings an operation to answer one code; `headers` go along with the request that does it. */
export type Case = (row: OperationRow, headers: Readonly<Record<string, string>>) => Promise<Called>;

/** A brand that has used up one of its budgets. */
export async function spent(kind: 'ssn' | 'reveal'): Promise<BrandClient> {
  const tenant = await world.brand();
  const subject = kind === 'reveal' ? tenant.key.identity : tenant.brandId;
  await world.sql(
    "insert into lookup_budgets (brand_id, kind, subject, used, ends_at) values ($1, $2, $3, 1000001, now() + interval '1 hour')",
    [tenant.brandId, kind, subject],
  );
  return tenant;
}

/** A number that is sent to a customer without one, where nothing may be compared any more. */
export const sentInVain =
  (method: string, path: string, rest: (tenant: BrandClient) => Promise<object>): Case =>
  async (_row, headers) => {
    const tenant = await spent('ssn');
    const { ssn, ...body } = person();
    const { customer_id } = (await tenant.call('POST', '/customers', { body })).json;
    return tenant.call(method, `/customers/${customer_id}${path}`, {
      body: { ...(await rest(tenant)), ssn },
      headers,
    });
  };

/** The cases of an operation that shows the full SSN of a customer, who is made at a path. */
export function revealCases(
  pathOf: (tenant: BrandClient, overrides: object) => Promise<string>,
): Partial<Record<ErrorCode, Case>> {
  const body = { reason: 'To see that it is refused.' };
  return {
    reveal_budget: async (_row, headers) => {
      const tenant = await spent('reveal');
      const path = await pathOf(tenant, { ssn: '111-11-1111' });
      return tenant.call('POST', `${path}/ssn`, { body, headers });
    },
    ssn_dne: async (_row, headers) =>
      brand.call('POST', `${await pathOf(brand, { ssn: undefined })}/ssn`, { body, headers }),
  };
}
