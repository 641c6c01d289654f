import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { Role } from '../../domain/operators/roles.ts';
import type { NewEntry } from '../../store/audit/journal.ts';
import { entryPart } from '../../store/audit/journal.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Connection } from '../../store/connection/database.ts';
import type { OperatorName, StoredOperator } from '../../store/operators/accounts.ts';
import { changeOperator, findOperator, rolesOfOperator } from '../../store/operators/accounts.ts';
import { deletePasskeys } from '../../store/operators/passkeys.ts';
import { endLinks, endSessions } from '../../store/operators/sessions.ts';
import { withConnection } from '../../store/scope.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { operatorEntry } from '../audit/operator.ts';
import type { Actor, Cause } from '../journal.ts';
import { journalOf } from '../journal.ts';
import { asRefusal } from '../keyrings.ts';
import { checkOperator, proveOperator } from '../proofs.ts';
import { ConflictError } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

// What every operation on accounts stands on.

export const normalEmail = (email: string): string => email.normalize('NFC').trim().toLowerCase();

/** The account of an address, an id or a subject, as it was written. @throws VaultError where it was altered. */
export async function provenOperator(
  system: Pick<System, 'db' | 'vault'>,
  by: OperatorName,
): Promise<StoredOperator | undefined> {
  const found = await findOperator(system.db, by);
  return found && checkOperator(system.vault, found);
}

/** A person in the audit trail. Their address is the name of an employee, not of a customer. */
export const actorOf = ({ operatorId, email }: Pick<StoredOperator, 'operatorId' | 'email'>): Actor => ({
  kind: 'operator',
  id: operatorId,
  user: email,
});

/** A new account without a password. */
export function newOperator(
  system: System,
  given: { readonly email: string; readonly name?: string; readonly roles?: readonly Role[] } & {
    readonly isDemo?: boolean;
    readonly subject?: string;
  },
): StoredOperator {
  const { email, name = '', roles = [], isDemo = false, subject } = given;
  return proveOperator(system.vault, {
    operatorId: system.newId<'operator'>(),
    email,
    name,
    password: undefined,
    roles,
    isDemo,
    createdAt: system.now(),
    disabledAt: undefined,
    passkeys: 0,
    subject,
    generation: 1,
    version: 1,
  });
}

/** The next version of an account. */
export const nextOperator = (
  system: Pick<System, 'vault'>,
  before: StoredOperator,
  changes: Partial<Omit<StoredOperator, 'operatorId' | 'email' | 'version' | 'mac'>>,
): StoredOperator => proveOperator(system.vault, { ...before, ...changes, version: before.version + 1 });

/** The account without its password and passkeys, enabled unless `changes` say otherwise. `endAccess` writes it. */
export const resetAccount = (
  system: Pick<System, 'vault'>,
  operator: StoredOperator,
  changes: Partial<Pick<StoredOperator, 'disabledAt' | 'subject'>> = {},
): StoredOperator =>
  nextOperator(system, operator, {
    // What an account is disabled for may be a password that others know: a reset gives the way back in.
    password: undefined,
    disabledAt: undefined,
    ...changes,
    passkeys: 0,
    generation: operator.generation + 1,
  });

/** Writes a reset account, and ends its sessions, links and passkeys. Answers false where another change came first. */
export async function endAccess(connection: Connection, reset: StoredOperator): Promise<boolean> {
  if (!(await changeOperator(connection, reset))) return false;
  await endSessions(connection, reset.operatorId);
  await endLinks(connection, reset.operatorId);
  await deletePasskeys(connection, reset.operatorId);
  return true;
}

/** The brands whose audit trails tell what happens to an account: all of them, where it has roles in all. */
export async function brandsOf(
  { db }: Pick<System, 'db'>,
  { operatorId, roles }: Pick<StoredOperator, 'operatorId' | 'roles'>,
): Promise<readonly BrandId[]> {
  if (roles.length > 0) return (await listBrands(db)).map(({ brandId }) => brandId);
  return (await rolesOfOperator(db, operatorId)).map(({ brandId }) => brandId);
}

/** What a change of accounts leaves in the audit trails of some brands. */
export interface Told {
  readonly brands: readonly BrandId[];
  readonly entry: (brandId: BrandId) => NewEntry;
}

/** The entries of what a person or a request did. */
export const toldBy = (
  system: System,
  cause: Cause,
  brands: readonly BrandId[],
  facts: AuditFacts,
): Told => ({
  brands,
  entry: (brandId) => journalOf(system, brandId, cause, system.now(), { facts }).entry,
});

/** The entries of what an operator did at the command line, with the reason that was given. */
export async function toldByCommand(
  system: System,
  operation: string,
  brands: readonly BrandId[],
  facts: AuditFacts,
): Promise<Told> {
  const entries = new Map<BrandId, NewEntry>();
  for (const brandId of brands)
    entries.set(brandId, operatorEntry(system, await system.keyrings.of(brandId), operation, facts));
  return {
    brands,
    entry(brandId) {
      const entry = entries.get(brandId);
      if (!entry) throw new Error('There is no entry for this brand.');
      return entry;
    },
  };
}

/** Makes a change and writes its entries, all or nothing. `work` answers false where another change came first. */
export async function changeAccounts(
  system: System,
  { brands, entry }: Told,
  work: (connection: Connection) => Promise<boolean>,
): Promise<void> {
  await system.db.transaction(async (connection) => {
    if (!(await work(connection))) throw new ConflictError('The account has changed.');
    for (const brandId of brands)
      await writeParts(withConnection(scopeOf(system, brandId), connection), [entryPart(entry(brandId))]);
  });
  system.db.wake();
}

const mostAttempts = 10;

/** Decides a change of accounts again where another one came first. Errors about stored rows become refusals. */
export async function retried<Result>(system: System, attempt: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempts === mostAttempts)
        throw await asRefusal(system.db, error);
    }
  }
}
