import type { BrandId } from '../../domain/ids.ts';
import { isSameOperator } from '../../domain/keys/operator-account.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { dayOf, plusSeconds } from '../../domain/time.ts';
import type { ProviderName } from '../../providers/kyc.ts';
import type { ProgramChangeId, StoredProgramChange } from '../../store/kyc/program-changes.ts';
import {
  applyProgramChange,
  listProgramChanges,
  putProgramChange,
  removeProgramChange,
} from '../../store/kyc/program-changes.ts';
import type { StoredProgram } from '../../store/kyc/programs.ts';
import { VaultError } from '../../vault/vault.ts';
import { isKnownOperator, operatorAccount, operatorEntry, recordOperatorAction } from '../audit/operator.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { checkProgramChange, proveProgramChange } from '../proofs.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { HttpSettings, ProgramProvider } from './program-rows.ts';
import { factsOf, findProgram, sealProgram } from './program-rows.ts';

// A program's provider decides who passes. In live one operator proposes another provider, and a second one approves
// it: until then customers are verified as before.

/** Seconds for which a proposal can be approved: 7 days. */
const openSeconds = 7 * 86_400;

/** A change that waits for a second operator. Never the secret. */
export interface ProposedChange {
  readonly changeId: ProgramChangeId;
  readonly provider: ProviderName;
  readonly url?: string | undefined;
  /** The account of the operator who proposed it. */
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  readonly expiresAt: Instant;
}

const settingsContext = (changeId: ProgramChangeId) =>
  sealContext('program_changes.settings', { change_id: changeId });

/** Records a change for another operator to approve. It takes the place of an earlier proposal. */
export async function proposeChange(
  system: System,
  brandId: BrandId,
  program: StoredProgram,
  wanted: ProgramProvider,
): Promise<ProposedChange> {
  requireKnownOperator(system);
  const { provider, settings } = wanted;
  const now = system.now();
  const facts = {
    changeId: system.newId<'program change'>(),
    provider,
    proposedBy: operatorAccount(system),
    proposedAt: now,
    expiresAt: plusSeconds(now, openSeconds),
  };
  const { programId, settingsSeal: basedOn } = program;
  const written = { ...factsOf(programId, wanted), change_id: facts.changeId };
  await retryOnConflict(system.keyrings, brandId, (keyring) =>
    putProgramChange(
      scopeOf(system, brandId),
      proveProgramChange(keyring, {
        ...facts,
        programId,
        basedOn,
        settings: settings && keyring.seal(settingsContext(facts.changeId), asciiJson(settings)),
      }),
      operatorEntry(system, keyring, 'programs propose', written),
    ),
  );
  system.db.wake();
  return { ...facts, url: settings?.url };
}

/** Lets a proposed change take effect. @throws OperatorError where its proposer asks for it, or it has ended. */
export async function approveChange(system: System, brandId: BrandId, id: string): Promise<StoredProgram> {
  requireKnownOperator(system);
  const change = await findChange(system, brandId, id);
  const { changeId, programId, proposedBy } = change;
  const wanted = await wantedBy(system, brandId, change);
  const facts = { ...factsOf(programId, wanted), change_id: changeId, proposed_by: proposedBy };
  if (isSameOperator(proposedBy, operatorAccount(system))) {
    await recordOperatorAction(system, brandId, 'programs approve', { ...facts, refused: true });
    throw new OperatorError(
      `The account ${proposedBy} proposed this change, so another person approves it, with an account of their own: clientele programs approve ${changeId}`,
    );
  }
  const known = await findProgram(system, brandId, programId);
  const next = { ...known, settingsSeal: change.basedOn + 1 };
  const isDone = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    applyProgramChange(
      scopeOf(system, brandId),
      change,
      sealProgram(keyring, next, wanted),
      operatorEntry(system, keyring, 'programs approve', { ...facts, record_version: next.settingsSeal }),
    ),
  );
  if (!isDone)
    throw new OperatorError(
      `The program "${known.name}" or the proposal has changed since it was proposed. Look at it with: clientele programs list`,
    );
  system.db.wake();
  return { ...next, provider: wanted.provider };
}

/** Ends a proposal without effect. Its proposer may do so too. */
export async function rejectChange(
  system: System,
  brandId: BrandId,
  id: string,
): Promise<StoredProgramChange> {
  const change = await findChange(system, brandId, id);
  const { changeId, programId, proposedBy, provider } = change;
  const facts = { program_id: programId, provider, change_id: changeId, proposed_by: proposedBy };
  const isDone = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    removeProgramChange(
      scopeOf(system, brandId),
      changeId,
      operatorEntry(system, keyring, 'programs reject', facts),
    ),
  );
  if (!isDone) throw noSuchChange(id);
  system.db.wake();
  return change;
}

/** The changes that wait, by program. `altered` where the record was altered: it cannot be approved. */
export async function proposedChanges(
  system: System,
  brandId: BrandId,
): Promise<ReadonlyMap<string, ProposedChange | 'altered'>> {
  const now = system.now();
  const stored = await listProgramChanges(scopeOf(system, brandId));
  const shown = stored.map(
    async (change) => [change.programId, await shownChange(system, brandId, change)] as const,
  );
  return new Map(
    (await Promise.all(shown)).flatMap(([programId, proposed]) =>
      proposed === 'altered' || proposed.expiresAt > now ? [[programId, proposed]] : [],
    ),
  );
}

async function shownChange(
  system: System,
  brandId: BrandId,
  stored: StoredProgramChange,
): Promise<ProposedChange | 'altered'> {
  try {
    const change = await checkedChange(system, brandId, stored);
    const { provider, settings } = await wantedBy(system, brandId, change);
    const { changeId, proposedBy, proposedAt, expiresAt } = change;
    return { changeId, provider, url: settings?.url, proposedBy, proposedAt, expiresAt };
  } catch (error) {
    if (error instanceof VaultError) return 'altered';
    throw error;
  }
}

async function checkedChange(
  system: System,
  brandId: BrandId,
  change: StoredProgramChange,
): Promise<StoredProgramChange> {
  const keyring = await system.keyrings.of(brandId);
  return withFreshKeyring(system.keyrings, keyring, (one) => checkProgramChange(one, change));
}

/** @throws OperatorError where it does not wait. @throws VaultError where it was altered. */
async function findChange(system: System, brandId: BrandId, id: string): Promise<StoredProgramChange> {
  const stored = await listProgramChanges(scopeOf(system, brandId));
  const found = stored.find(({ changeId }) => changeId === id.trim().toLowerCase());
  if (!found) throw noSuchChange(id);
  const change = await checkedChange(system, brandId, found);
  if (change.expiresAt > system.now()) return change;
  throw new OperatorError(
    `The proposal expired on ${dayOf(change.expiresAt)}. Propose the change again with: clientele programs set`,
  );
}

const noSuchChange = (id: string): OperatorError =>
  new OperatorError(
    `No change "${id}" of the brand waits for approval. See what waits with: clientele programs list`,
  );

async function wantedBy(
  system: System,
  brandId: BrandId,
  { changeId, provider, settings }: StoredProgramChange,
): Promise<ProgramProvider> {
  const named = provider as ProviderName;
  if (named !== 'http') return { provider: named, settings: undefined };
  const keyring = await system.keyrings.of(brandId);
  const opened = await readSealed(system.keyrings, keyring, settingsContext(changeId), settings ?? '');
  return { provider: named, settings: JSON.parse(opened) as HttpSettings };
}

/** Two operators are told apart by their accounts. @throws OperatorError where the machine cannot do so. */
export function requireKnownOperator(system: System): void {
  if (system.environment !== 'live' || isKnownOperator(system)) return;
  throw new OperatorError(
    'This process runs in a user namespace, for example a rootless container, where one person can have any account. A change of a provider takes two operators, so run this command outside of the namespace, on the machine itself.',
  );
}
