import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { BrandId, ProgramId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { asciiJson } from '../../domain/text.ts';
import type { KycProvider, ProviderChoice, ProviderName } from '../../providers/kyc.ts';
import { readTarget } from '../../providers/outbound/target.ts';
import { makeSecret } from '../../providers/signature.ts';
import type { StoredProgram } from '../../store/kyc/programs.ts';
import { changeProgram, insertProgram, readProgram } from '../../store/kyc/programs.ts';
import { operatorEntry } from '../audit/operator.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { checkProgram } from '../proofs.ts';
import { retryOnConflict } from '../retry.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { ProposedChange } from './program-changes.ts';
import { proposeChange, proposedChanges, requireKnownOperator } from './program-changes.ts';
import type { HttpSettings, ProgramProvider } from './program-rows.ts';
import { checkedPrograms, findProgram, sealProgram, writtenFactsOf } from './program-rows.ts';
import { settingsSealContext } from './sealing.ts';

export async function listPrograms(
  context: Context,
  _input: Input<Contract['listPrograms']>,
): Promise<Answer> {
  const programs = await checkedPrograms(context.system, context.scope.brandId);
  const shown = programs.map(({ programId, name, provider }) => ({
    program_id: programId,
    name,
    provider: provider ?? defaultProvider(context.system),
  }));
  return { status: 200, body: asciiJson(shown) };
}

/** Who verifies where a program does not say: the sandbox in a sandbox, people in live. */
export const defaultProvider = ({ environment }: System): ProviderName =>
  environment === 'sandbox' ? 'sandbox' : 'manual';

/** The provider of a program with its name; `undefined` if the brand has no such program. */
export async function providerOf(
  system: System,
  brandId: BrandId,
  id: ProgramId,
): Promise<{ readonly name: ProviderName; readonly provider: KycProvider } | undefined> {
  const program = await readProgram(scopeOf(system, brandId), id);
  if (!program) return undefined;
  const choice = await choiceOf(system, brandId, program);
  return { name: choice.provider, provider: system.kycProvider(choice) };
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

/** The settings of a program. */
export interface ProgramSettings {
  readonly provider?: string | undefined;
  /** URL of the decision service, for the provider http. */
  readonly url?: string | undefined;
}

/** How a change is made. */
export interface ChangeOptions extends ProgramSettings {
  /** Lets the change wait for another operator, as every change does in live. */
  readonly propose?: boolean | undefined;
}

export interface ProgramFacts {
  readonly programId: ProgramId;
  readonly name: string;
  readonly provider: ProviderName;
  readonly url?: string | undefined;
  /** Present only in the answer that created it. */
  readonly secret?: string | undefined;
  /** A change of the provider that waits for another operator. */
  readonly proposed?: ProposedChange | undefined;
  /** Whether such a change was altered in the database. It cannot be approved. */
  readonly isProposalAltered?: boolean;
}

const programName = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._-]{0,99}$/u;

/**
 * Makes a program. In live it begins with people as its provider; another one is proposed at once, and waits for a
 * second operator like every change.
 *
 * @throws OperatorError for an invalid name or setting, with the next step.
 */
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
  const named = { programId, name: trimmed, settingsSeal: 1, createdAt: system.now() };
  const wanted = providerWanted(system, options);
  const waits = system.environment === 'live' && wanted.provider !== defaultProvider(system);
  if (waits) requireKnownOperator(system);
  const first: ProgramProvider = waits ? { provider: defaultProvider(system), settings: undefined } : wanted;
  const made = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const program = sealProgram(keyring, named, first);
    const entry = operatorEntry(system, keyring, 'programs create', writtenFactsOf(named, first));
    return (await insertProgram(scopeOf(system, brandId), program, entry)) ? program : undefined;
  });
  if (!made)
    throw new OperatorError(
      `The brand already has a program named "${trimmed}". Choose another name, or change that one with: clientele programs set`,
    );
  if (waits) return propose(system, brandId, made, wanted);
  return { programId, name: trimmed, provider: first.provider, ...first.settings };
}

/**
 * Changes the provider of a program, found by id or name. In live the change waits until another operator approves
 * it. Running verifications continue with the new provider.
 */
export async function setProgram(
  system: System,
  brandId: BrandId,
  name: string,
  options: ChangeOptions,
): Promise<ProgramFacts> {
  const known = await findProgram(system, brandId, name);
  const wanted = providerWanted(system, options);
  if (system.environment === 'live' || options.propose) return propose(system, brandId, known, wanted);
  const next = { ...known, settingsSeal: known.settingsSeal + 1 };
  const isChanged = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    changeProgram(
      scopeOf(system, brandId),
      sealProgram(keyring, next, wanted),
      known.settingsSeal,
      operatorEntry(system, keyring, 'programs set', writtenFactsOf(next, wanted)),
    ),
  );
  if (!isChanged)
    throw new OperatorError(
      'The program was changed at the same time by another command. Look at it and try again.',
    );
  return { programId: next.programId, name: known.name, provider: wanted.provider, ...wanted.settings };
}

/** The program as it stays for now, with what was proposed and the new secret. */
async function propose(
  system: System,
  brandId: BrandId,
  program: StoredProgram,
  wanted: ProgramProvider,
): Promise<ProgramFacts> {
  const { secret: _secret, ...choice } = { secret: '', ...(await choiceOf(system, brandId, program)) };
  const proposed = await proposeChange(system, brandId, program, wanted);
  const { programId, name } = program;
  return { programId, name, ...choice, secret: wanted.settings?.secret, proposed };
}

/** The programs of a brand with their providers and what was proposed for them, oldest first. Never a secret. */
export async function programFacts(system: System, brandId: BrandId): Promise<readonly ProgramFacts[]> {
  const programs = await checkedPrograms(system, brandId);
  const proposed = await proposedChanges(system, brandId);
  return Promise.all(
    programs.map(async (program) => {
      const { secret: _secret, ...choice } = { secret: '', ...(await choiceOf(system, brandId, program)) };
      const { programId, name } = program;
      const change = proposed.get(programId);
      const waits = change === 'altered' ? { isProposalAltered: true } : { proposed: change };
      return { programId, name, ...choice, ...waits };
    }),
  );
}

/** @throws OperatorError where the options do not go together. */
function providerWanted(system: System, options: ProgramSettings): ProgramProvider {
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

/** Checks the form of the URL; each call checks whether it may be called. */
function refuseUrl(url: string): void {
  const target = readTarget(url);
  if ('sentence' in target) throw new OperatorError(`The --url cannot be used. ${target.sentence}`);
}
