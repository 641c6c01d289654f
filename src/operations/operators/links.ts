import { Refusal } from '../../domain/errors.ts';
import type { LinkPurpose } from '../../domain/operators/sessions.ts';
import { linkSeconds } from '../../domain/operators/sessions.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { Connection } from '../../store/connection/database.ts';
import type { StoredOperator } from '../../store/operators/accounts.ts';
import { hasOperators } from '../../store/operators/accounts.ts';
import type { StoredLink } from '../../store/operators/sessions.ts';
import { findLink, insertLink } from '../../store/operators/sessions.ts';
import { digestSecret } from '../principal.ts';
import { checkLink, proveLink } from '../proofs.ts';
import type { System } from '../system.ts';
import { provenOperator } from './accounts.ts';

/** A link with which a person chooses a password, once. */
export interface NewLink {
  /** What follows the address of the service. The secret is in the fragment, which reaches no log. */
  readonly path: string;
  readonly expiresAt: Instant;
}

/** Makes a link in the place of the earlier ones of the account. Without an account it is for the first one. */
export async function makeLink(
  system: System,
  connection: Connection,
  purpose: LinkPurpose,
  operator?: Pick<StoredOperator, 'operatorId' | 'generation'>,
): Promise<NewLink> {
  const token = `${purpose}_${system.random(32).toString('base64url')}`;
  const expiresAt = plusSeconds(system.now(), linkSeconds[purpose]);
  const link = proveLink(system.vault, {
    digest: digestSecret(token),
    purpose,
    operatorId: operator?.operatorId,
    generation: operator?.generation ?? 0,
    expiresAt,
  });
  await insertLink(connection, link);
  return { path: `/console/start#${token}`, expiresAt };
}

/** A link for the first account. `undefined` where there is an account. */
export async function makeFirstLink(system: System): Promise<NewLink | undefined> {
  if (await hasOperators(system.db)) return undefined;
  return system.db.transaction((connection) => makeLink(system, connection, 'first'));
}

/** A link that works now, and its account. */
export interface FoundLink {
  readonly link: StoredLink;
  /** `undefined` for the first start. */
  readonly operator: StoredOperator | undefined;
}

/** @throws Refusal `link_err` for a link that does not work, or does not work any more. */
export async function findValidLink(system: System, token: string): Promise<FoundLink> {
  const link = await findLink(system.db, digestSecret(token));
  if (!link) throw new Refusal('link_err');
  checkLink(system.vault, link);
  if (link.expiresAt <= system.now()) throw new Refusal('link_err');
  if (link.operatorId === undefined) {
    if (await hasOperators(system.db)) throw new Refusal('link_err');
    return { link, operator: undefined };
  }
  const operator = await provenOperator(system, { id: link.operatorId });
  if (!operator || operator.disabledAt || operator.generation !== link.generation)
    throw new Refusal('link_err');
  return { link, operator };
}
