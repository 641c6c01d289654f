import type { AuditFacts } from '../../../contract/audit-facts.ts';
import { Refusal } from '../../../domain/errors.ts';
import type { BrandId } from '../../../domain/ids.ts';
import { hasRoles, rolesOfPerson } from '../../../domain/operators/groups.ts';
import type { Role } from '../../../domain/operators/roles.ts';
import { cleanText, harmless, withoutLines } from '../../../domain/text.ts';
import type { Identity } from '../../../providers/identity/identity.ts';
import { listBrands } from '../../../store/brands/brands.ts';
import type { Connection } from '../../../store/connection/database.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import { changeOperator, insertOperator, rolesOfOperator } from '../../../store/operators/accounts.ts';
import type { StoredRoles } from '../../../store/operators/roles.ts';
import { findRoles, holdOperator, putRoles } from '../../../store/operators/roles.ts';
import { withConnection } from '../../../store/scope.ts';
import { withFreshKeyring } from '../../keyrings.ts';
import { checkRoles, proveRoles } from '../../proofs.ts';
import { ConflictError } from '../../retry.ts';
import type { CompanySignIn, System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import { newOperator, nextOperator, normalEmail, provenOperator } from '../accounts.ts';

/** An account as the provider and its groups want it now, and what has to be written for that. */
export interface Wanted {
  readonly operator: StoredOperator;
  readonly isNew: boolean;
  /** Whether the account as a whole is written. */
  readonly isChanged: boolean;
  /** The rows of brands in which the roles change. */
  readonly rows: ReadonlyMap<BrandId, StoredRoles>;
  /** The brands in which the account has roles before or after. */
  readonly brands: readonly BrandId[];
  /** Whether the groups give any role. */
  readonly mayEnter: boolean;
}

/** A refusal for a person whose address belongs to another account, which the trail tells. */
export class EmailTaken extends Refusal {
  readonly operator: StoredOperator;

  constructor(operator: StoredOperator) {
    super('provider_email_taken');
    this.operator = operator;
  }
}

/**
 * The account of a person, by the subject and never by the address.
 *
 * @throws Refusal `provider_no_roles`, `provider_email` or `provider_email_taken` where there is none and can be none.
 */
export async function wantedAccount(
  system: System,
  { groupRoles }: CompanySignIn,
  identity: Identity,
): Promise<Wanted> {
  const brands = await listBrands(system.db);
  const wanted = rolesOfPerson(groupRoles, identity.groups, brands);
  const mayEnter = hasRoles(wanted);
  const known = await provenOperator(system, { subject: identity.subject });
  if (!known && !mayEnter) throw new Refusal('provider_no_roles');
  const before = known ?? (await firstAccount(system, identity));
  const rows = new Map<BrandId, StoredRoles>();
  const held = known
    ? (await rolesOfOperator(system.db, known.operatorId)).map(({ brandId }) => brandId)
    : [];
  const touched = new Set([...wanted.inBrands.keys(), ...held]);
  for (const brandId of touched) {
    const row = await changedRow(system, brandId, {
      operator: before,
      held: known && (await provenRoles(system, brandId, known)),
      roles: wanted.inBrands.get(brandId) ?? [],
    });
    if (row) rows.set(brandId, row);
  }
  const name = nameOf(identity) || before.name;
  const isChanged = !isSame(before.roles, wanted.everywhere) || before.name !== name;
  const isEverywhere = before.roles.length + wanted.everywhere.length > 0;
  return {
    operator: isChanged ? nextOperator(system, before, { roles: wanted.everywhere, name }) : before,
    isNew: known === undefined,
    isChanged: isChanged && known !== undefined,
    rows,
    brands: isEverywhere ? brands.map(({ brandId }) => brandId) : [...touched],
    mayEnter,
  };
}

/** Whether a sign-in makes an account, or changes what is known of it. */
export const changes = ({ isNew, isChanged, rows }: Wanted): boolean => isNew || isChanged || rows.size > 0;

const isSame = (one: readonly Role[], other: readonly Role[]): boolean => one.join() === other.join();

const mostName = 100;

/** The name as others see it: one line, and no longer than a name that a person types here. */
const nameOf = ({ name }: Identity): string =>
  [...withoutLines(harmless(cleanText(name)))].slice(0, mostName).join('').trim();

async function firstAccount(system: System, { subject, email: given }: Identity): Promise<StoredOperator> {
  if (given === undefined) throw new Refusal('provider_email');
  const email = normalEmail(given);
  const taken = await provenOperator(system, { email });
  if (taken) throw new EmailTaken(taken);
  return newOperator(system, { email, subject });
}

async function provenRoles(
  system: System,
  brandId: BrandId,
  { operatorId }: StoredOperator,
): Promise<StoredRoles | undefined> {
  const row = await findRoles(scopeOf(system, brandId), operatorId);
  const { keyrings } = system;
  if (row) await withFreshKeyring(keyrings, await keyrings.of(brandId), (one) => checkRoles(one, row));
  return row;
}

interface Compared {
  readonly operator: StoredOperator;
  readonly held: StoredRoles | undefined;
  readonly roles: readonly Role[];
}

async function changedRow(
  { keyrings }: System,
  brandId: BrandId,
  { operator: { operatorId }, held, roles }: Compared,
): Promise<StoredRoles | undefined> {
  if (isSame(held?.roles ?? [], roles)) return undefined;
  return proveRoles(await keyrings.of(brandId), { operatorId, roles, version: (held?.version ?? 0) + 1 });
}

/** What the trail of a brand tells of the change. */
export function factsOfChange({ operator, isNew, isChanged, rows }: Wanted, brandId: BrandId): AuditFacts {
  const row = rows.get(brandId);
  return {
    ...((isNew || row || isChanged) && { operator_id: operator.operatorId }),
    ...((isNew || isChanged) && { roles_everywhere: operator.roles }),
    ...(row && { roles: row.roles, record_version: row.version }),
  };
}

/** Writes an account and its roles. False where another change came first. */
export async function writeAccount(
  system: System,
  connection: Connection,
  { operator, isNew, isChanged, rows }: Wanted,
): Promise<boolean> {
  if (isNew && !(await insertOperator(connection, operator)))
    throw new ConflictError('The account was made by another request.');
  if (isChanged && !(await changeOperator(connection, operator))) return false;
  // An account that was disabled or changed since it was read opens nothing.
  if (!(await holdOperator(connection, operator))) return false;
  for (const [brandId, row] of rows)
    if (!(await putRoles(withConnection(scopeOf(system, brandId), connection), row))) return false;
  return true;
}
