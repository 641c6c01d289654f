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
import { operatorEntry } from '../audit/operator.ts';
import { readSealed } from '../keyrings.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { settingsSealContext } from './sealing.ts';

export async function listPrograms(
  context: Context,
  _input: Input<Contract['listPrograms']>,
): Promise<Answer> {
  const programs = await programsOf(context.scope);
  const shown = programs.map(({ programId, name }) => ({ program_id: programId, name }));
  return { status: 200, body: asciiJson(shown) };
}

/** The default provider: `sandbox` in a sandbox, `manual` in live. */
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
  const provider = (program.provider ?? defaultProvider(system)) as ProviderName;
  if (provider !== 'http') return { provider };
  const keyring = await system.keyrings.of(brandId);
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
  const { row, facts } = await wishedFor(system, brandId, { programId, name: trimmed, seal: 1 }, options);
  const entry = operatorEntry(system, 'programs create', { program_id: programId, provider: facts.provider });
  const scope = scopeOf(system, brandId);
  if (!(await insertProgram(scope, { ...row, createdAt: system.now() }, entry)))
    throw new OperatorError(
      `The brand already has a program named "${trimmed}". Choose another name, or change that one with: clientele programs set`,
    );
  return facts;
}

/** Changes the provider of a program, found by id or name. Running verifications continue with the new provider. */
export async function setProgram(
  system: System,
  brandId: BrandId,
  name: string,
  options: ProgramSettings,
): Promise<ProgramFacts> {
  const scope = scopeOf(system, brandId);
  const programs = await programsOf(scope);
  const known = programs.find(
    (one) => one.name === name.normalize('NFC') || one.programId === name.toLowerCase(),
  );
  if (!known)
    throw new OperatorError(
      `The brand has no program "${name}". There are: ${programs.map((one) => `"${one.name}"`).join(', ')}.`,
    );
  const seal = known.settingsSeal + 1;
  const { row, facts } = await wishedFor(system, brandId, { ...known, seal }, options);
  const { programId, provider } = facts;
  const entry = operatorEntry(system, 'programs set', { program_id: programId, provider });
  if (!(await changeProgram(scope, { ...row, createdAt: known.createdAt }, known.settingsSeal, entry)))
    throw new OperatorError('This program was changed at the same time. Check it and try again.');
  return facts;
}

/** The programs of a brand with their providers, oldest first. Never a secret. */
export async function programFacts(system: System, brandId: BrandId): Promise<readonly ProgramFacts[]> {
  const programs = await programsOf(scopeOf(system, brandId));
  return Promise.all(
    programs.map(async (program) => {
      const { secret: _secret, ...choice } = { secret: '', ...(await choiceOf(system, brandId, program)) };
      return { programId: program.programId, name: program.name, ...choice };
    }),
  );
}

async function wishedFor(
  system: System,
  brandId: BrandId,
  named: { readonly programId: ProgramId; readonly name: string; readonly seal: number },
  options: ProgramSettings,
) {
  const provider = options.provider ?? defaultProvider(system);
  const { programId, name, seal } = named;
  if (provider === 'sandbox' && system.environment === 'live')
    throw new OperatorError(
      'The provider sandbox passes every customer, so it is not available in live: use manual or http.',
    );
  const isHttp = provider === 'http';
  if (isHttp !== (options.url !== undefined))
    throw new OperatorError('--url requires --provider http: it is the URL of the decision service.');
  if (options.url !== undefined) refuseUrl(options.url);
  const settings = isHttp ? { url: options.url ?? '', secret: makeSecret() } : undefined;
  const keyring = await system.keyrings.of(brandId);
  return {
    row: {
      programId,
      name,
      provider,
      settings: settings && keyring.seal(settingsSealContext(programId, seal), asciiJson(settings)),
      settingsSeal: seal,
    },
    facts: { programId, name, provider: provider as ProviderName, ...settings },
  };
}

/** Checks the form of the URL; each call checks whether it may be called. */
function refuseUrl(url: string): void {
  const target = readTarget(url);
  if ('sentence' in target) throw new OperatorError(`The --url cannot be used. ${target.sentence}`);
}
