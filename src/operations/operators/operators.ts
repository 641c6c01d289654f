import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { BrandId, OperatorId } from '../../domain/ids.ts';
import type { Role } from '../../domain/operators/roles.ts';
import { orderedRoles } from '../../domain/operators/roles.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { keepClaim } from '../../store/idempotency-claim.ts';
import type { ListedOperator, StoredOperator } from '../../store/operators/accounts.ts';
import {
  insertOperator,
  listOperators as listAccounts,
  rolesOfOperator,
} from '../../store/operators/accounts.ts';
import type { HeldAccount, StoredRoles } from '../../store/operators/roles.ts';
import { hold, listRoles, putRoles } from '../../store/operators/roles.ts';
import type { BrandScope } from '../../store/scope.ts';
import { withConnection } from '../../store/scope.ts';
import type { Keyring } from '../../vault/vault.ts';
import type { Cause } from '../journal.ts';
import { withFreshKeyring } from '../keyrings.ts';
import type { Principal } from '../principal.ts';
import { checkOperator, checkRoles, proveRoles } from '../proofs.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context, System } from '../system.ts';
import {
  brandsOf,
  changeAccounts,
  endAccess,
  newOperator,
  normalEmail,
  resetAccount,
  toldBy,
} from './accounts.ts';
import type { NewLink } from './links.ts';
import { makeLink } from './links.ts';

/** An account of a brand: one that has, or had, roles in it. */
export interface Member {
  readonly operator: ListedOperator;
  /** Its own roles in the brand. */
  readonly row: StoredRoles | undefined;
}

/** Every account of a brand, each row as it was written. @throws VaultError */
export async function membersOf(
  { db, vault, keyrings }: Pick<System, 'db' | 'vault' | 'keyrings'>,
  scope: BrandScope,
  keyring: Keyring,
): Promise<readonly Member[]> {
  const [accounts, rows] = await Promise.all([listAccounts(db), listRoles(scope)]);
  await withFreshKeyring(keyrings, keyring, (one) => rows.map((row) => checkRoles(one, row)));
  const byId = new Map(rows.map((row) => [row.operatorId, row]));
  return accounts
    .map((operator) => ({ operator, row: byId.get(operator.operatorId) }))
    .filter(({ operator, row }) => row !== undefined || operator.roles.length > 0)
    .map((member) => ({ ...member, operator: checkOperator(vault, member.operator) }));
}

const rolesHere = ({ operator, row }: Member): readonly Role[] =>
  orderedRoles([...operator.roles, ...(row?.roles ?? [])]);

const statusOf = ({ disabledAt, password, isDemo, subject }: StoredOperator) => {
  if (disabledAt) return 'disabled';
  return password === undefined && !isDemo && subject === undefined ? 'invited' : 'active';
};

const shown = ({ operator, row }: Member): object => ({
  operator_id: operator.operatorId,
  email: operator.email,
  name: operator.name,
  roles: row?.roles ?? [],
  roles_everywhere: operator.roles,
  by_provider: operator.subject !== undefined,
  status: statusOf(operator),
  date_created: withOffset(operator.createdAt),
  date_seen: operator.lastSeenAt ? withOffset(operator.lastSeenAt) : null,
});

const withLink = (member: Member, link: NewLink | undefined): object => ({
  operator: shown(member),
  link: link?.path ?? null,
  link_expires: link ? withOffset(link.expiresAt) : null,
});

const members = ({ system, scope, keyring }: Context): Promise<readonly Member[]> =>
  membersOf(system, scope, keyring);

export async function listOperators(context: Context): Promise<Answer> {
  return { status: 200, body: asciiJson({ data: (await members(context)).map(shown) }) };
}

/** The member of an id. @throws Refusal `operator_dne` */
async function memberOf(context: Context, id: OperatorId): Promise<Member> {
  const member = (await members(context)).find(({ operator }) => operator.operatorId === id);
  if (!member) throw new Refusal('operator_dne');
  return member;
}

/** What a change of one account writes. */
interface Change {
  readonly operationId: string;
  /** The answer as a repeat under the same Idempotency-Key gets it, without a link. */
  readonly repeated: Answer;
  readonly brands: readonly BrandId[];
  readonly facts: AuditFacts;
}

async function write(
  context: Context,
  { operationId, repeated, brands, facts }: Change,
  work: Parameters<typeof changeAccounts>[2],
): Promise<void> {
  const claim = context.claim?.(repeated, undefined);
  const caller = await callingAdmin(context);
  const told = toldBy(context.system, causeOf(context, operationId), brands, facts);
  await changeAccounts(context.system, told, async (connection) => {
    const scope = withConnection(context.scope, connection);
    if (claim) requireDone(await keepClaim(scope, claim));
    if (!(await hold(scope, caller))) return false;
    return work(connection);
  });
}

const causeOf = ({ principal, requestId }: Context, operation: string): Cause => ({
  actor: principal.actor,
  operation,
  requestId,
});

function requireOther({ person }: Principal, id: OperatorId): void {
  if (person === id) throw new Refusal('own_account');
}

/** @throws Refusal `provider_account` where the groups of the provider give the roles. */
function requireOwnRoles({ subject }: StoredOperator): void {
  if (subject !== undefined) throw new Refusal('provider_account');
}

/**
 * The account of the caller, who is still an admin of the brand. A change holds it as it was read: nobody changes their
 * own roles, so one admin stays, also where two take each other's role at the same time.
 *
 * @throws Refusal `scope_err`
 */
async function callingAdmin(context: Context): Promise<HeldAccount> {
  const { person } = context.principal;
  const caller = (await members(context)).find(({ operator }) => operator.operatorId === person);
  if (!caller || statusOf(caller.operator) !== 'active' || !isAdmin(rolesHere(caller)))
    throw new Refusal('scope_err');
  const { operator, row } = caller;
  return { operatorId: operator.operatorId, version: operator.version, rolesVersion: row?.version ?? 0 };
}

/** The row of an account with other roles in the brand. */
const nextRow = (keyring: Keyring, { operator, row }: Member, roles: readonly Role[]): StoredRoles =>
  proveRoles(keyring, {
    operatorId: operator.operatorId,
    roles: orderedRoles(roles),
    version: (row?.version ?? 0) + 1,
  });

export async function inviteOperator(
  context: Context,
  { body }: Input<Contract['inviteOperator']>,
): Promise<Answer> {
  const { system, scope, keyring } = context;
  const email = normalEmail(body.email);
  const known = (await listAccounts(system.db)).find((one) => one.email === email);
  if (known) requireOther(context.principal, checkOperator(system.vault, known).operatorId);
  // Who chose its password, or holds a link to it, would have the roles of this brand too.
  if (known && !(await reaches(context, known))) throw new Refusal('operator_elsewhere');
  if (known) requireOwnRoles(known);
  const operator = known ?? { ...newOperator(system, { email }), lastSeenAt: undefined };
  const rows = await listRoles(scope);
  const before = rows.find(({ operatorId }) => operatorId === operator.operatorId);
  const row = nextRow(keyring, { operator, row: before }, body.roles);
  const member = { operator, row };
  const repeated = { status: 201, body: asciiJson(withLink(member, undefined)) } as const;
  const facts = { operator_id: operator.operatorId, roles: row.roles, record_version: row.version };
  const change = { operationId: 'inviteOperator', repeated, brands: [scope.brandId], facts };
  let link: NewLink | undefined;
  await write(context, change, async (connection) => {
    if (!known && !(await insertOperator(connection, operator))) return false;
    if (!(await putRoles(withConnection(scope, connection), row))) return false;
    if (statusOf(operator) === 'invited') link = await makeLink(system, connection, 'invitation', operator);
    return true;
  });
  return { status: 201, body: asciiJson(withLink(member, link)) };
}

const isAdmin = (roles: readonly Role[] | undefined): boolean => roles?.includes('admin') ?? false;

export async function updateOperator(
  context: Context,
  { params, body }: Input<Contract['updateOperator']>,
): Promise<Answer> {
  const { system, scope, keyring } = context;
  const member = await memberOf(context, params.operator_id);
  const { operator, row: before } = member;
  requireOther(context.principal, operator.operatorId);
  if (body.roles !== undefined) requireOwnRoles(operator);
  const isDisabled = operator.disabledAt !== undefined;
  const changesAccount = body.disabled !== undefined && body.disabled !== isDisabled;
  if (changesAccount) await requireReach(context, member);
  const row = body.roles === undefined ? before : nextRow(keyring, member, body.roles);
  const next = changesAccount
    ? resetAccount(system, operator, { disabledAt: body.disabled ? context.now : undefined })
    : operator;
  const after: Member = { operator: { ...next, lastSeenAt: operator.lastSeenAt }, row };
  const answer = { status: 200, body: asciiJson(shown(after)) } as const;
  const facts = {
    operator_id: operator.operatorId,
    ...(row && row !== before && { roles: row.roles, record_version: row.version }),
    ...(changesAccount && { disabled: body.disabled ?? false }),
  };
  const brands = changesAccount ? await brandsOf(system, operator) : [scope.brandId];
  const all = withBrand(brands, scope.brandId);
  const change = { operationId: 'updateOperator', repeated: answer, brands: all, facts };
  await write(context, change, async (connection) => {
    if (row && row !== before && !(await putRoles(withConnection(scope, connection), row))) return false;
    return !changesAccount || endAccess(connection, next);
  });
  return answer;
}

const withBrand = (brands: readonly BrandId[], brandId: BrandId): readonly BrandId[] => [
  ...new Set([...brands, brandId]),
];

/** What opens, ends or replaces a whole account takes an admin of every brand of the account. */
async function reaches({ system, scope, principal }: Context, operator: StoredOperator): Promise<boolean> {
  const { db, vault } = system;
  const caller = (await listAccounts(db)).find(({ operatorId }) => operatorId === principal.person);
  if (!caller) return false;
  if (isAdmin(checkOperator(vault, caller).roles)) return true;
  if (operator.roles.length > 0) return false;
  const ofCaller = await provenBrands(system, caller.operatorId, isAdmin);
  const ofAccount = await provenBrands(system, operator.operatorId, () => true);
  return ofAccount.every((one) => one === scope.brandId || ofCaller.includes(one));
}

/** @throws Refusal `operator_elsewhere` */
async function requireReach(context: Context, { operator }: Member): Promise<void> {
  if (!(await reaches(context, operator))) throw new Refusal('operator_elsewhere');
}

/** The brands in which an account has roles of its own that pass a check. @throws VaultError */
async function provenBrands(
  { db, keyrings }: System,
  id: OperatorId,
  passes: (roles: readonly Role[]) => boolean,
): Promise<readonly BrandId[]> {
  const rows = await rolesOfOperator(db, id);
  for (const row of rows)
    await withFreshKeyring(keyrings, await keyrings.of(row.brandId), (one) => checkRoles(one, row));
  return rows.filter(({ roles }) => passes(roles)).map(({ brandId }) => brandId);
}

export async function resetOperator(
  context: Context,
  { params }: Input<Contract['resetOperator']>,
): Promise<Answer> {
  const { system, scope } = context;
  const member = await memberOf(context, params.operator_id);
  const { operator } = member;
  requireOther(context.principal, operator.operatorId);
  await requireReach(context, member);
  if (operator.isDemo) throw new Refusal('operator_dne');
  const next = resetAccount(system, operator);
  const after = { ...member, operator: { ...next, lastSeenAt: operator.lastSeenAt } };
  const repeated = { status: 201, body: asciiJson(withLink(after, undefined)) } as const;
  const brands = withBrand(await brandsOf(system, operator), scope.brandId);
  const facts = { operator_id: operator.operatorId };
  let link: NewLink | undefined;
  await write(context, { operationId: 'resetOperator', repeated, brands, facts }, async (connection) => {
    if (!(await endAccess(connection, next))) return false;
    // A person of the provider has no password to choose.
    if (next.subject === undefined) link = await makeLink(system, connection, 'reset', next);
    return true;
  });
  return { status: 201, body: asciiJson(withLink(after, link)) };
}
