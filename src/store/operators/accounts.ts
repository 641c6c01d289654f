import type { BrandId, OperatorId } from '../../domain/ids.ts';
import type { Role } from '../../domain/operators/roles.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import {
  columns,
  flag,
  id,
  number,
  optional,
  text,
  unprovenInstant,
  unprovenText,
  words,
} from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { StoredRoles } from './roles.ts';

// An account belongs to the installation and not to a brand, so these functions take a connection instead of a scope.

/** The account of a person, as it is stored. */
export interface StoredOperator {
  readonly operatorId: OperatorId;
  /** In lower case. */
  readonly email: string;
  /** Empty until the person has chosen one. */
  readonly name: string;
  /** The salted hash of the password. */
  readonly password: string | undefined;
  /** The roles in every brand. */
  readonly roles: readonly Role[];
  readonly isDemo: boolean;
  readonly createdAt: Instant;
  readonly disabledAt: Instant | undefined;
  /** How many passkeys there are. */
  readonly passkeys: number;
  /** The issuer and the subject of a person who signs in at the company's provider, with a space between them. */
  readonly subject: string | undefined;
  /** Counts what ends all sessions and links. */
  readonly generation: number;
  /** Counts the changes. */
  readonly version: number;
  /** Proves the rest. */
  readonly mac: string;
}

const operators = columns({
  operatorId: id<OperatorId>(),
  email: unprovenText(),
  name: unprovenText(),
  password: optional(unprovenText()),
  roles: words<Role>(),
  isDemo: flag(),
  createdAt: unprovenInstant(),
  disabledAt: optional(unprovenInstant()),
  passkeys: number(),
  subject: optional(unprovenText()),
  generation: number(),
  version: number(),
  mac: unprovenText(),
});

const byId = statement('operator_by_id', `select ${operators.list} from operators where operator_id = $1`);
const byEmail = statement('operator_by_email', `select ${operators.list} from operators where email = $1`);
const bySubject = statement(
  'operator_by_subject',
  `select ${operators.list} from operators where subject = $1`,
);
const byIds = statement(
  'operators_by_ids',
  `select ${operators.list} from operators where operator_id = any ($1::uuid[])`,
);

/** What names one account: an id, an address in lower case, or a subject. */
export type OperatorName =
  | { readonly id: OperatorId }
  | { readonly email: string }
  | { readonly subject: string };

export async function findOperator(db: Connection, by: OperatorName): Promise<StoredOperator | undefined> {
  const [row] = await foundBy(db, by);
  return row && operators.read(row);
}

function foundBy(db: Connection, by: OperatorName) {
  if ('id' in by) return db.run(byId, [by.id]);
  return 'email' in by ? db.run(byEmail, [by.email]) : db.run(bySubject, [by.subject]);
}

/** The accounts among some ids. */
export const findOperators = async (
  db: Connection,
  ids: readonly string[],
): Promise<readonly StoredOperator[]> => (await db.run(byIds, [ids])).map(operators.read);

/** An account with what a list shows beside it. */
export interface ListedOperator extends StoredOperator {
  readonly lastSeenAt: Instant | undefined;
}

const seenAt = columns({ lastSeenAt: optional(unprovenInstant()) });
const all = statement(
  'operators_all',
  `select ${operators.list}, ${seenAt.list} from operators order by operators.created_at, operators.email`,
);

/** Every account of the installation, the oldest first. */
export const listOperators = async (db: Connection): Promise<readonly ListedOperator[]> =>
  (await db.run(all, [])).map((row) => ({ ...operators.read(row), ...seenAt.read(row) }));

const anyone = columns({ isFound: flag() });
const anySql = statement(
  'operators_any',
  'select exists (select from operators where not is_demo) as is_found',
);

/** Whether there is an account that is not one of the demo's. */
export async function hasOperators(db: Connection): Promise<boolean> {
  const [row] = await db.run(anySql, []);
  return anyone.read(row ?? {}).isFound;
}

const insert = sql(
  'operator_insert',
  `insert into operators (operator_id, email, name, password, roles, is_demo, created_at, disabled_at, passkeys, subject, generation, version, mac)
   values (:operatorId, :email, :name, :password, :roles::text[], :isDemo, :createdAt, :disabledAt, :passkeys, :subject, :generation, :version, :mac)
   on conflict do nothing returning 1`,
);
const change = sql(
  'operator_change',
  `update operators set name = :name, password = :password, roles = :roles::text[], disabled_at = :disabledAt,
          passkeys = :passkeys::int, subject = :subject, generation = :generation, version = :version::int, mac = :mac
    where operator_id = :operatorId and version = :version::int - 1 returning 1`,
);

const changing = (operator: StoredOperator) => ({
  operatorId: operator.operatorId,
  name: operator.name,
  password: operator.password,
  roles: operator.roles,
  disabledAt: operator.disabledAt && toPostgres(operator.disabledAt),
  passkeys: operator.passkeys,
  subject: operator.subject,
  generation: operator.generation,
  version: operator.version,
  mac: operator.mac,
});

/** Stores a new account. False where the address has one. */
export async function insertOperator(db: Connection, operator: StoredOperator): Promise<boolean> {
  const { email, isDemo, createdAt } = operator;
  const fixed = { email, isDemo, createdAt: toPostgres(createdAt) };
  return (await insert.run(db, { ...changing(operator), ...fixed })).length > 0;
}

/** Stores the next version of an account. False where it was changed since it was read. */
export const changeOperator = async (db: Connection, next: StoredOperator): Promise<boolean> =>
  (await change.run(db, changing(next))).length > 0;

const proveAgain = sql(
  'operator_prove_again',
  'update operators set mac = :mac where operator_id = :operatorId and mac = :old',
);

/** Replaces the MAC of an account by one under a newer root key. */
export async function replaceOperatorMac(
  db: Connection,
  { operatorId, mac: old }: StoredOperator,
  mac: string,
): Promise<void> {
  await proveAgain.run(db, { operatorId, old, mac });
}

const seen = sql(
  'operator_seen',
  `update operators set last_seen_at = :at
    where operator_id = :operatorId and (last_seen_at is null or last_seen_at < :at)`,
);

export async function noteOperatorSeen(db: Connection, operatorId: OperatorId, at: Instant): Promise<void> {
  await seen.run(db, { operatorId, at: toPostgres(at) });
}

const inBrands = statement(
  'operator_brands',
  `select brand_id, array_to_string(roles, ',') as roles, version, proof from operator_roles
    where operator_id = $1 and cardinality(roles) > 0`,
);
const inBrand = columns({ brandId: id<BrandId>(), roles: words<Role>(), version: number(), proof: text() });

/** The roles of an account in each brand where it has its own. */
export const rolesOfOperator = async (
  db: Connection,
  operatorId: OperatorId,
): Promise<readonly (StoredRoles & { readonly brandId: BrandId })[]> =>
  (await db.run(inBrands, [operatorId])).map((row) => ({ operatorId, ...inBrand.read(row) }));
