import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { BrandId, ProgramId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { asciiJson } from '../../domain/text.ts';
import type { KycProvider, ProviderChoice, ProviderName } from '../../providers/kyc.ts';
import { readTarget } from '../../providers/outbound/target.ts';
import { makeSecret } from '../../providers/signature.ts';
import type { StoredProgram } from '../../store/kyc/programs.ts';
import {
  changeProgram,
  insertProgram,
  listPrograms as programsOf,
  readProgram,
} from '../../store/kyc/programs.ts';
import type { Keyring } from '../../vault/vault.ts';
import { operatorEntry } from '../audit/operator.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { checkProgram, proveProgram } from '../proofs.ts';
import { retryOnConflict } from '../retry.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { settingsSealContext } from './sealing.ts';

export async function listPrograms(
  context: Context,
  _input: Input<Contract['listPrograms']>,
): Promise<Answer> {
  const programs = await checkedPrograms(context.system, context.scope.brandId);
  const shown = programs.map(({ programId, name }) => ({ program_id: programId, name }));
  return { status: 200, body: asciiJson(shown) };
}

/** The programs of a brand, oldest first, each as Clientele wrote it. */
export async function checkedPrograms(system: System, brandId: BrandId): Promise<readonly StoredProgram[]> {
  const programs = await programsOf(scopeOf(system, brandId));
  const keyring = await system.keyrings.of(brandId);
  return withFreshKeyring(system.keyrings, keyring, (one) =>
    programs.map((program) => checkProgram(one, program)),
  );
}

/** Who verifies where a program does not say: the sandbox in a sandbox, people in live. */
export const defaultProvider = ({ environment }: System): ProviderName =>
  environment === 'sandbox' ? 'sandbox' : 'manual';

/** The provider of a program; `undefined` if the brand has no such program. */
export async function providerOf(
  system: System,
  brandId: BrandId,
  id: ProgramId,
): Promise<KycProvider | undefined> {
  const program = await readProgram(scopeOf(system, brandId), id);
  return program && system.kycProvider(await choiceOf(system, brandId, program));
}

async function choiceOf(system: System, brandId: BrandId, program: StoredProgram): Promise<ProviderChoice> {
  const keyring = await system.keyrings.of(brandId);
  await withFreshKeyring(system.keyrings, keyring, (one) => checkProgram(one, program));
  const provider = (program.provider ?? defaultProvider(system)) as ProviderName;
  if (provider !== 'http') return { provider };
  const place = settingsSealContext(program.programId, program.settingsSeal);
  const settings = JSON.parse(await readSealed(system.keyrings, keyring, place, program.settings ?? ''));
  return { provider, ...(settings as HttpSettings) };
}

interface HttpSettings {
  readonly url: string;
  readonly secret: string;
}

/** The settings of a program. */
export interface ProgramSettings {
  readonly provider?: string | undefined;
  /** URL of the decision service, for the provider http. */
  readonly url?: string | undefined;
}

export interface ProgramFacts {
  readonly programId: ProgramId;
  readonly name: string;
  readonly provider: ProviderName;
  readonly url?: string | undefined;
  /** Present only in the answer that created it. */
  readonly secret?: string | undefined;
}

const programName = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._-]{0,99}$/u;

/** @throws OperatorError for an invalid name or setting, with the next step. */
export async function createProgram(
  system: System,
  brandId: BrandId,
  name: string,
  options: ProgramSettings,
): Promise<ProgramFacts> {
  const trimmed = name.normalize('NFC').trim();
  if (!programName.test(trimmed))
    throw new OperatorError(
      "A program's name starts with a letter or digit and has at most 100 letters, digits, spaces and . _ -",
    );
  const programId = system.newId<'program'>();
  const scope = scopeOf(system, brandId);
  const named = { programId, name: trimmed, settingsSeal: 1, createdAt: system.now() };
  const { provider, settings } = settingsWanted(system, options);
  const facts = factsOf(programId, provider, settings);
  const isMade = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    insertProgram(
      scope,
      sealProgram(keyring, named, provider, settings),
      operatorEntry(system, keyring, 'programs create', facts),
    ),
  );
  if (!isMade)
    throw new OperatorError(
      `The brand already has a program named "${trimmed}". Choose another name, or change that one with: clientele programs set`,
    );
  return { programId, name: trimmed, provider, ...settings };
}

/** Changes the provider of a program, found by id or name. Running verifications continue with the new provider. */
export async function setProgram(
  system: System,
  brandId: BrandId,
  name: string,
  options: ProgramSettings,
): Promise<ProgramFacts> {
  const scope = scopeOf(system, brandId);
  const programs = await checkedPrograms(system, brandId);
  const known = programs.find(
    (one) => one.name === name.normalize('NFC') || one.programId === name.toLowerCase(),
  );
  if (!known)
    throw new OperatorError(
      `The brand has no program "${name}". There are: ${programs.map((one) => `"${one.name}"`).join(', ')}.`,
    );
  const { programId } = known;
  const { provider, settings } = settingsWanted(system, options);
  const facts = factsOf(programId, provider, settings);
  const next = { ...known, settingsSeal: known.settingsSeal + 1 };
  const isChanged = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    changeProgram(
      scope,
      sealProgram(keyring, next, provider, settings),
      known.settingsSeal,
      operatorEntry(system, keyring, 'programs set', facts),
    ),
  );
  if (!isChanged)
    throw new OperatorError(
      'The program was changed at the same time by another command. Look at it and try again.',
    );
  return { programId, name: known.name, provider, ...settings };
}

/** What the audit trail says of a program's provider. Never the secret. */
const factsOf = (
  programId: ProgramId,
  provider: ProviderName,
  settings: HttpSettings | undefined,
): AuditFacts => ({ program_id: programId, provider, ...(settings && { url: settings.url }) });

/** The programs of a brand with their providers, oldest first. Never a secret. */
export async function programFacts(system: System, brandId: BrandId): Promise<readonly ProgramFacts[]> {
  const programs = await checkedPrograms(system, brandId);
  return Promise.all(
    programs.map(async (program) => {
      const { secret: _secret, ...choice } = { secret: '', ...(await choiceOf(system, brandId, program)) };
      return { programId: program.programId, name: program.name, ...choice };
    }),
  );
}

interface WantedSettings {
  readonly provider: ProviderName;
  readonly settings: HttpSettings | undefined;
}

/** @throws OperatorError where the options do not go together. */
function settingsWanted(system: System, options: ProgramSettings): WantedSettings {
  const provider = (options.provider ?? defaultProvider(system)) as ProviderName;
  if (provider === 'sandbox' && system.environment === 'live')
    throw new OperatorError(
      'The provider sandbox passes every customer, so it is not available in live: use manual or http.',
    );
  const isHttp = provider === 'http';
  if (isHttp !== (options.url !== undefined))
    throw new OperatorError('--url requires --provider http: it is the URL of the decision service.');
  if (options.url !== undefined) refuseUrl(options.url);
  return { provider, settings: isHttp ? { url: options.url ?? '', secret: makeSecret() } : undefined };
}

/** A program as it is stored, its settings sealed and the rest proven. */
function sealProgram(
  keyring: Keyring,
  named: Pick<StoredProgram, 'programId' | 'name' | 'settingsSeal' | 'createdAt'>,
  provider: ProviderName,
  settings: HttpSettings | undefined,
): StoredProgram {
  const { programId, name, settingsSeal, createdAt } = named;
  const place = settingsSealContext(programId, settingsSeal);
  const sealed = settings && keyring.seal(place, asciiJson(settings));
  return proveProgram(keyring, { programId, name, provider, settings: sealed, settingsSeal, createdAt });
}

/** Checks the form of the URL; each call checks whether it may be called. */
function refuseUrl(url: string): void {
  const target = readTarget(url);
  if ('sentence' in target) throw new OperatorError(`The --url cannot be used. ${target.sentence}`);
}
