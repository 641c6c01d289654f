import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOfBrand } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import type { Role } from '../../src/domain/operators/roles.ts';
import { roles as allRoles, scopesOfRoles } from '../../src/domain/operators/roles.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import type { Person } from './people.ts';
import { signedIn } from './people.ts';

// Each role beside each operation of the API, asked by a person who has that role alone.

/** What each role may do, written down once more: a scope that moves to another role has to move here as well. */
const allowed: Readonly<Record<Role, readonly string[]>> = {
  viewer: ['customers:read', 'kyc:read', 'webhooks:read', 'events:read'],
  agent: ['customers:read', 'customers:write', 'kyc:read', 'kyc:write', 'webhooks:read', 'events:read'],
  compliance: [
    ...['customers:read', 'customers:delete', 'ssn:reveal', 'ssn:search', 'kyc:read', 'kyc:review'],
    ...['webhooks:read', 'events:read', 'audit:read', 'compliance:read', 'compliance:write'],
  ],
  developer: ['webhooks:read', 'webhooks:write', 'events:read', 'keys:read', 'keys:write', 'requests:read'],
  admin: [
    ...['audit:read', 'keys:read', 'keys:write', 'requests:read', 'settings:read', 'settings:write'],
    ...['operators:read', 'operators:write'],
  ],
};

let world: World;
let brand: BrandClient;
const people = new Map<Role, Person>();
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  for (const role of allRoles)
    people.set(role, await signedIn(world.system, brand.brandId, { roles: [role] }));
});
afterAll(() => world.close());

const rows = operations.filter(isOfBrand);

test.each(allRoles)('%s has the scopes that this page names', (role) => {
  expect(scopesOfRoles([role]).toSorted()).toEqual(allowed[role].toSorted());
});

describe.each(allRoles)('%s', (role) => {
  test.each(rows.map((row) => [row.operationId, row] as const))('%s', async (_id, row) => {
    const path = row.path.replaceAll(/\{[^}]+\}/g, () => randomUUID());
    const { headers = {} } = people.get(role) ?? {};
    const { status, json } = await brand.call(row.method, path, { headers });
    const needed = [row.scope, row.furtherScope].filter(
      (scope) => scope !== undefined && scope !== 'any key',
    );
    const isAllowed = needed.every((scope) => allowed[role].includes(scope ?? ''));
    expect(status === 403 && json?.Code === 'scope_err').toBe(!isAllowed);
  });
});
