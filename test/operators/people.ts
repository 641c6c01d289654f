import { randomUUID } from 'node:crypto';
import type { BrandId } from '../../src/domain/ids.ts';
import type { Role } from '../../src/domain/operators/roles.ts';
import { roles as allRoles } from '../../src/domain/operators/roles.ts';
import type { Instant } from '../../src/domain/time.ts';
import { newOperator, nextOperator } from '../../src/operations/operators/accounts.ts';
import { hashPassword } from '../../src/operations/operators/passwords.ts';
import { beginSession } from '../../src/operations/operators/sessions.ts';
import { proveRoles, proveSession } from '../../src/operations/proofs.ts';
import type { System } from '../../src/operations/system.ts';
import { scopeOf } from '../../src/operations/system.ts';
import type { StoredOperator } from '../../src/store/operators/accounts.ts';
import { changeOperator, insertOperator } from '../../src/store/operators/accounts.ts';
import { putRoles } from '../../src/store/operators/roles.ts';
import type { StoredSession } from '../../src/store/operators/sessions.ts';
import { changeSession } from '../../src/store/operators/sessions.ts';

/** People who have signed in, without the quarter of a second that a password takes. */

export const password = 'nine plain words in a row';
let hashed: Promise<string> | undefined;

export interface PersonOptions {
  /** Their roles in the brand; by default every role. */
  readonly roles?: readonly Role[];
  /** Their roles in every brand; by default none. */
  readonly everywhere?: readonly Role[];
  readonly email?: string;
  /** Whether a passkey has proven them; by default it has. */
  readonly isStrong?: boolean;
  /** Whether their session counts as proven for the next five minutes; by default it does. */
  readonly isConfirmed?: boolean;
}

export interface Person {
  readonly operator: StoredOperator;
  readonly token: string;
  /** The headers of their requests in the brand. */
  readonly headers: Readonly<Record<string, string>>;
  /** The headers of their requests in no brand. */
  readonly ownHeaders: Readonly<Record<string, string>>;
}

/** An account with the password of this file. */
export async function newPerson(
  system: System,
  brandId: BrandId,
  { roles = allRoles, everywhere = [], email = `${randomUUID()}@example.com` }: PersonOptions = {},
): Promise<StoredOperator> {
  hashed ??= hashPassword(password);
  const made = newOperator(system, { email, name: 'Maria Chen', roles: everywhere });
  await insertOperator(system.db, made);
  const operator = nextOperator(system, made, { password: await hashed });
  await changeOperator(system.db, operator);
  const keyring = await system.keyrings.of(brandId);
  const row = proveRoles(keyring, { operatorId: operator.operatorId, roles, version: 1 });
  await putRoles(scopeOf(system, brandId), row);
  return operator;
}

export const headersFor = (token: string, brand: string): Readonly<Record<string, string>> => ({
  Cookie: `clientele=${token}`,
  'Clientele-Brand': brand,
});

/** A person with an account and a session. */
export async function signedIn(
  system: System,
  brandId: BrandId,
  options: PersonOptions = {},
): Promise<Person> {
  const operator = await newPerson(system, brandId, options);
  const { token, session } = await beginSession(system, system.db, operator, {
    isStrong: options.isStrong ?? true,
  });
  if (options.isConfirmed === false) await setProof(system, session, undefined);
  return { operator, token, headers: headersFor(token, brandId), ownHeaders: headersFor(token, '-') };
}

/** Changes when a person has proven who they are, as another process would. */
export async function setProof(
  system: System,
  session: StoredSession,
  confirmedAt: Instant | undefined,
): Promise<void> {
  await changeSession(system.db, proveSession(system.vault, { ...session, confirmedAt }), session.mac);
}
