import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { mostKeys } from '../../../src/domain/keys/api-key.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { madeKey } from '../../brands/key-samples.ts';
import type { Case } from './budgets.ts';
import { brand, world } from './worlds.ts';

const scopes = ['keys:write'];

/** The codes of operations on keys and of the check of the audit trail alone. */
export const keyCases: Readonly<Record<string, Partial<Record<ErrorCode, Case>>>> = {
  createKey: {
    key_dup: async (_row, headers) => {
      const { name } = await madeKey(brand);
      return brand.call('POST', '/keys', { body: { name, scopes }, headers });
    },
    key_budget: async (_row, headers) => {
      const full = await world.brand();
      const { name } = await madeKey(full);
      await world.sql(
        `insert into api_keys (brand_id, identity, name, scopes, digest, created_at, version, proof, created_by)
           select brand_id, gen_random_uuid(), name || ' ' || number, scopes, digest, created_at, version, proof, created_by
             from api_keys, generate_series(1, $2::int) as number where brand_id = $1 and name = $3`,
        [full.brandId, mostKeys, name],
      );
      return full.call('POST', '/keys', { body: { name: randomUUID(), scopes }, headers });
    },
  },
  getAuditCheck: {
    check_dne: async (_row, headers) => (await world.brand()).call('GET', '/audit/check', { headers }),
  },
  rotateKey: {
    key_revoked: async (_row, headers) => {
      const { identity } = await madeKey(brand);
      await brand.call('POST', `/keys/${identity}/revocation`);
      return brand.call('POST', `/keys/${identity}/rotation`, { body: {}, headers });
    },
    key_person: async (_row, headers) => {
      const owner = 'mo@example.com';
      const { identity } = await createKey(world.system, brand.brandId, {
        name: randomUUID(),
        scopes,
        owner,
      });
      return brand.call('POST', `/keys/${identity}/rotation`, { body: {}, headers });
    },
  },
};
