import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { KernelFacts } from '../../domain/keys/operator-account.ts';
import { accountLabel, isInUserNamespace, operatorUid } from '../../domain/keys/operator-account.ts';
import type { Journal, NewEntry } from '../../store/audit/journal.ts';
import { journalPart } from '../../store/audit/journal.ts';
import { writeParts } from '../../store/statement-parts.ts';
import type { Keyring } from '../../vault/vault.ts';
import type { Actor } from '../journal.ts';
import { journalOf } from '../journal.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/**
 * The audit entry of an operator's action, written in the same transaction. The reason is sealed with the keyring,
 * whose brand it belongs to. In live an entry of a change without one says so.
 */
export const operatorEntry = (
  system: System,
  keyring: Keyring,
  operation: string,
  facts: AuditFacts = {},
): NewEntry => operatorJournal(system, keyring, operation, facts, undefined).entry;

function operatorJournal(
  system: System,
  keyring: Keyring,
  operation: string,
  facts: AuditFacts,
  customerId: CustomerId | undefined,
): Journal {
  const { operator, environment } = system;
  const words = operator?.reason;
  const isUnexplained = operator !== undefined && words === undefined && environment === 'live';
  const cause = { actor: operatorActor(system), operation };
  return journalOf(system, keyring.brandId as BrandId, cause, system.now(), {
    customerId,
    facts: { ...facts, ...(isUnexplained && { no_reason: true }) },
    ...(words !== undefined && { reason: { words, keyring } }),
  });
}

/** The operator at the command line, named by an account of this machine. */
export const operatorActor = (system?: Pick<System, 'operator'>): Actor => ({
  kind: 'operator',
  user: operatorAccount(system),
});

let known: string | undefined;

/** The account of the operator. Two operators are told apart by it. */
export function operatorAccount(system?: Pick<System, 'operator'>): string {
  known ??= accountOfProcess();
  return system?.operator?.account ?? known;
}

/** Records an operator's action that writes nothing else, for example an export. */
export async function recordOperatorAction(
  system: System,
  brandId: BrandId,
  operation: string,
  facts: AuditFacts = {},
  customerId?: CustomerId,
): Promise<void> {
  await retryOnConflict(system.keyrings, brandId, (keyring) => {
    const journal = operatorJournal(system, keyring, operation, facts, customerId);
    return writeParts(scopeOf(system, brandId), [journalPart(journal)]);
  });
  system.db.wake();
}

/** Whether this operator can be told apart from others. One that is named, not read from the machine, can. */
export const isKnownOperator = (system: Pick<System, 'operator'>): boolean =>
  system.operator?.account !== undefined || !isInUserNamespace(kernelFacts());

function accountOfProcess(): string {
  const uid = operatorUid(kernelFacts());
  return uid === undefined ? userInfo().username : accountLabel(uid, nameOf(uid));
}

const kernelFacts = (): KernelFacts => ({
  uid: process.getuid?.(),
  login: readProc('loginuid'),
  uidMap: readProc('uid_map'),
});

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/self/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}

/** The name of an account, from the system's own program, which knows accounts of a directory service as well. */
function nameOf(uid: number): string | undefined {
  const { status, stdout } = spawnSync('/usr/bin/id', ['-un', String(uid)], {
    encoding: 'utf8',
    timeout: 2_000,
  });
  const name = status === 0 ? stdout.trim() : '';
  return name === '' || name === String(uid) ? undefined : name;
}
