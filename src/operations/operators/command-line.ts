import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Role } from '../../domain/operators/roles.ts';
import { roles as allRoles, isRole, orderedRoles } from '../../domain/operators/roles.ts';
import { valueRules } from '../../domain/values.ts';
import { subjectOf } from '../../providers/identity/identity.ts';
import type { Brand } from '../../store/brands/brands.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { ListedOperator, StoredOperator } from '../../store/operators/accounts.ts';
import { changeOperator, insertOperator, listOperators } from '../../store/operators/accounts.ts';
import { findRoles, listRoles, putRoles } from '../../store/operators/roles.ts';
import { withConnection } from '../../store/scope.ts';
import { checkOperator, checkRoles, proveRoles } from '../proofs.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import {
  brandsOf,
  changeAccounts,
  endAccess,
  newOperator,
  nextOperator,
  normalEmail,
  provenOperator,
  resetAccount,
  retried,
  toldByCommand,
} from './accounts.ts';
import type { NewLink } from './links.ts';
import { makeLink } from './links.ts';

// The accounts of the console at the command line. It is not bound to the rules of admins: its person may do everything.

/** An account with its roles in every brand, and in each brand where it has its own. */
export interface AccountRoles {
  readonly operator: ListedOperator;
  readonly inBrands: readonly { readonly brand: string; readonly roles: readonly Role[] }[];
}

/** Every account. @throws VaultError where a row was altered. */
export async function listAccounts(system: System): Promise<readonly AccountRoles[]> {
  const { db, vault, keyrings } = system;
  const operators = (await listOperators(db)).map((one) => checkOperator(vault, one));
  const inBrands = new Map<string, { brand: string; roles: readonly Role[] }[]>();
  for (const { brandId, name } of await listBrands(db)) {
    const keyring = await keyrings.of(brandId);
    for (const row of await listRoles(scopeOf(system, brandId))) {
      const known = inBrands.get(row.operatorId) ?? [];
      inBrands.set(row.operatorId, [...known, { brand: name, roles: checkRoles(keyring, row).roles }]);
    }
  }
  return operators.map((operator) => ({ operator, inBrands: inBrands.get(operator.operatorId) ?? [] }));
}

/** An account that a command has changed, with a link where its person has to choose a password. */
export interface ChangedAccount {
  readonly operator: StoredOperator;
  readonly link: NewLink | undefined;
}

/**
 * Gives a person roles, in one brand or in every one, and an account where they have none. Roles that they had there
 * are replaced.
 */
export async function createAccount(
  system: System,
  wanted: { readonly email: string; readonly roles: readonly string[]; readonly brand: Brand | undefined },
): Promise<ChangedAccount> {
  const email = emailOf(system, wanted.email);
  const roles = rolesOf(wanted.roles);
  const { brand } = wanted;
  return retried(system, async () => {
    const known = await provenOperator(system, { email });
    if (known?.subject !== undefined)
      throw new OperatorError(
        `${email} signs in at the provider, and the groups there give the roles. Change the groups, or CLIENTELE_OIDC_ROLES.`,
      );
    if (known?.isDemo) throw new OperatorError('This is an account of the demo. Choose another address.');
    const everywhere = brand ? {} : { roles };
    const operator = known
      ? nextOperator(system, known, everywhere)
      : newOperator(system, { email, ...everywhere });
    const facts = { operator_id: operator.operatorId };
    const brands = brand ? [brand.brandId] : (await listBrands(system.db)).map(({ brandId }) => brandId);
    const row = brand && (await nextRoles(system, brand.brandId, operator, roles));
    const told = await toldByCommand(system, 'operators create', brands, {
      ...facts,
      ...(row ? { roles, record_version: row.version } : { roles_everywhere: roles }),
    });
    let link: NewLink | undefined;
    await changeAccounts(system, told, async (connection) => {
      const write = known ? changeOperator : insertOperator;
      if (!(await write(connection, operator))) return false;
      const scope = brand && withConnection(scopeOf(system, brand.brandId), connection);
      if (scope && row && !(await putRoles(scope, row))) return false;
      if (operator.password === undefined && !operator.disabledAt)
        link = await makeLink(system, connection, 'invitation', operator);
      return true;
    });
    return { operator, link };
  });
}

async function nextRoles(
  system: System,
  brandId: BrandId,
  { operatorId }: StoredOperator,
  roles: readonly Role[],
) {
  const before = await findRoles(scopeOf(system, brandId), operatorId);
  const keyring = await system.keyrings.of(brandId);
  return proveRoles(keyring, { operatorId, roles, version: (before?.version ?? 0) + 1 });
}

/** Takes the password and the passkeys of an account, ends its sessions, enables it, and makes a link for a new password. */
export const resetAccountOf = (system: System, email: string): Promise<ChangedAccount> =>
  change(system, email, 'operators reset', (operator) => resetAccount(system, operator));

/**
 * Lets the person of a subject sign in to an account at the provider from now on, without a password. The next sign-in
 * there replaces the roles. A disabled account stays disabled.
 */
export function linkAccountOf(system: System, email: string, sub: string): Promise<ChangedAccount> {
  const { identity } = system;
  if (!identity)
    throw new OperatorError(
      'There is no provider to link to. Set CLIENTELE_OIDC_ISSUER (docs/operators.md).',
    );
  if (!/^[\x21-\x7e]{1,255}$/.test(sub))
    throw new OperatorError('A subject is 1 to 255 letters, digits and signs, as the provider shows it.');
  const subject = subjectOf(identity.provider.issuer, sub);
  return change(system, email, 'operators link', async (operator) => {
    const other = await provenOperator(system, { subject });
    if (other && other.operatorId !== operator.operatorId)
      throw new OperatorError(`${other.email} has this subject already. Unlink that account first.`);
    return resetAccount(system, operator, { subject, disabledAt: operator.disabledAt });
  });
}

/** Takes an account back from the provider, and makes a link for a password, unless it is disabled. */
export const unlinkAccountOf = (system: System, email: string): Promise<ChangedAccount> =>
  change(system, email, 'operators unlink', (operator) => {
    if (operator.subject === undefined)
      throw new OperatorError(`${email} does not sign in at the provider, so there is nothing to unlink.`);
    return resetAccount(system, operator, { subject: undefined, disabledAt: operator.disabledAt });
  });

/** Ends an account: it signs in nowhere, and its sessions, password and passkeys end. A reset enables it again. */
export const disableAccountOf = (system: System, email: string): Promise<ChangedAccount> =>
  change(system, email, 'operators disable', (operator) =>
    resetAccount(system, operator, { disabledAt: operator.disabledAt ?? system.now() }),
  );

function change(
  system: System,
  email: string,
  operation: 'operators reset' | 'operators disable' | 'operators link' | 'operators unlink',
  decide: (operator: StoredOperator) => StoredOperator | Promise<StoredOperator>,
): Promise<ChangedAccount> {
  return retried(system, async () => {
    const known = await provenOperator(system, { email: normalEmail(email) });
    if (!known || known.isDemo)
      throw new OperatorError(
        `There is no account of ${email}. List the accounts with: clientele operators list`,
      );
    const operator = await decide(known);
    const brands = await brandsOf(system, known);
    const facts = { operator_id: operator.operatorId, disabled: operator.disabledAt !== undefined };
    const told = await toldByCommand(system, operation, brands, facts);
    let link: NewLink | undefined;
    await changeAccounts(system, told, async (connection) => {
      if (!(await endAccess(connection, operator))) return false;
      const mayChoose = operator.disabledAt === undefined && operator.subject === undefined;
      if (mayChoose) link = await makeLink(system, connection, 'reset', operator);
      return true;
    });
    return { operator, link };
  });
}

function emailOf(system: System, given: string): string {
  const email = normalEmail(given);
  const context = { now: system.now(), sandbox: system.environment === 'sandbox' };
  if (valueRules.email(email, context) === undefined) return email;
  throw new OperatorError("An account needs a person's e-mail address, for example mo@example.com.");
}

/** `all` stands for every role. */
function rolesOf(given: readonly string[]): readonly Role[] {
  if (given.length === 1 && given[0] === 'all') return allRoles;
  const unknown = given.filter((role) => !isRole(role));
  if (unknown.length > 0)
    throw new OperatorError(
      `Not a role: ${unknown.join(', ')}. There are: ${allRoles.join(', ')}, and all for every one.`,
    );
  return orderedRoles(given.filter(isRole));
}
