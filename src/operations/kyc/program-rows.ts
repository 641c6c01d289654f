import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId, ProgramId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { asciiJson } from '../../domain/text.ts';
import type { ProviderName } from '../../providers/kyc.ts';
import type { StoredProgram } from '../../store/kyc/programs.ts';
import { listPrograms } from '../../store/kyc/programs.ts';
import type { Keyring } from '../../vault/vault.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { checkProgram, proveProgram } from '../proofs.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { settingsSealContext } from './sealing.ts';

// Programs as they are stored: checked, found by name, and sealed again.

/** How a decision service is reached: what the settings of a program with the provider http hold. */
export interface HttpSettings {
  readonly url: string;
  readonly secret: string;
}

/** Who verifies for a program, and how they are reached. */
export interface ProgramProvider {
  readonly provider: ProviderName;
  readonly settings: HttpSettings | undefined;
}

/** The programs of a brand, oldest first, each as Clientele wrote it. */
export async function checkedPrograms(system: System, brandId: BrandId): Promise<readonly StoredProgram[]> {
  const programs = await listPrograms(scopeOf(system, brandId));
  const keyring = await system.keyrings.of(brandId);
  return withFreshKeyring(system.keyrings, keyring, (one) =>
    programs.map((program) => checkProgram(one, program)),
  );
}

/** Finds a program by its id or its name. @throws OperatorError that lists the existing names. */
export async function findProgram(system: System, brandId: BrandId, name: string): Promise<StoredProgram> {
  const programs = await checkedPrograms(system, brandId);
  const known = programs.find(
    (one) => one.name === name.normalize('NFC') || one.programId === name.toLowerCase(),
  );
  if (known) return known;
  throw new OperatorError(
    `The brand has no program "${name}". There are: ${programs.map((one) => `"${one.name}"`).join(', ')}.`,
  );
}

/** A program as it is stored, its settings sealed and the rest proven. */
export function sealProgram(
  keyring: Keyring,
  named: Pick<StoredProgram, 'programId' | 'name' | 'settingsSeal' | 'createdAt'>,
  { provider, settings }: ProgramProvider,
): StoredProgram {
  const { programId, name, settingsSeal, createdAt } = named;
  const place = settingsSealContext(programId, settingsSeal);
  const sealed = settings && keyring.seal(place, asciiJson(settings));
  return proveProgram(keyring, { programId, name, provider, settings: sealed, settingsSeal, createdAt });
}

/** What the audit trail says of a program's provider. Never the secret. */
export const factsOf = (programId: ProgramId, { provider, settings }: ProgramProvider): AuditFacts => ({
  program_id: programId,
  provider,
  ...(settings && { url: settings.url }),
});

/** The same of a program as it is written, with its version. */
export const writtenFactsOf = (
  { programId, settingsSeal }: Pick<StoredProgram, 'programId' | 'settingsSeal'>,
  wanted: ProgramProvider,
): AuditFacts => ({ ...factsOf(programId, wanted), record_version: settingsSeal });
