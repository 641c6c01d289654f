import { withOffset } from '../../domain/time.ts';
import type { ProposedChange } from '../../operations/kyc/program-changes.ts';
import type { ChangeOptions, ProgramFacts } from '../../operations/kyc/programs.ts';
import type { Brand } from '../command.ts';
import { withBrand } from '../command.ts';
import { minuteText } from '../key-text.ts';
import type { Format } from '../output.ts';
import { coloured, printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import type { ReasonOptions } from '../reason.ts';
import { formatTable } from '../table.ts';

export async function listPrograms(format: Format, brandName: string): Promise<void> {
  const [brand, programs] = await withBrand(format, brandName, async (system, { brandId }) =>
    (await operations()).programFacts(system, brandId),
  );
  printAnswer(
    format,
    programs.map((program) => facts(brand, program)),
    () =>
      [
        formatTable(
          ['NAME', 'ID', 'PROVIDER', 'URL'],
          programs.map(({ name, programId, provider, url }) => [name, programId, provider, url ?? '']),
        ),
        ...programs.flatMap(({ name, proposed, isProposalAltered }) => {
          const text = isProposalAltered ? alteredText() : proposed && proposalText(brand, proposed);
          return text === undefined ? [] : ['', `Proposed for ${name}: ${text}`];
        }),
      ].join('\n'),
  );
}

interface ProgramOptions extends ChangeOptions, ReasonOptions {
  readonly brand: string;
}

export async function createProgram(
  format: Format,
  options: ProgramOptions & { name: string },
): Promise<void> {
  const [brand, program] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => (await operations()).createProgram(system, brandId, options.name, options),
    { options, without: 'refuse' },
  );
  showProgram(
    format,
    brand,
    program,
    `Created the program ${program.name} of ${brand.name} (${program.programId}).${waiting(brand, program)}`,
  );
}

export async function setProgram(format: Format, name: string, options: ProgramOptions): Promise<void> {
  const [brand, program] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => (await operations()).setProgram(system, brandId, name, options),
    { options, without: 'refuse' },
  );
  showProgram(
    format,
    brand,
    program,
    program.proposed
      ? `Customers of ${program.name} are verified by ${program.provider} as before.${waiting(brand, program)}`
      : verifiedBy(program),
  );
}

interface DecisionOptions extends ReasonOptions {
  readonly brand: string;
}

export async function approveChange(format: Format, change: string, options: DecisionOptions): Promise<void> {
  const [brand, program] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => {
      const { programId } = await (await changes()).approveChange(system, brandId, change);
      const programs = await (await operations()).programFacts(system, brandId);
      return programs.find((one) => one.programId === programId);
    },
    { options, without: 'refuse' },
  );
  if (program) showProgram(format, brand, program, verifiedBy(program));
}

export async function rejectChange(format: Format, change: string, options: DecisionOptions): Promise<void> {
  const [brand, rejected] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => (await changes()).rejectChange(system, brandId, change),
    { options },
  );
  const { changeId, programId, proposedBy } = rejected;
  printAnswer(
    format,
    { change_id: changeId, program_id: programId, brand: brand.name, bond_brand_id: brand.brandId },
    () => `Rejected the change that ${proposedBy} proposed. Customers are verified as before.`,
  );
}

const changes = () => import('../../operations/kyc/program-changes.ts');
const operations = () => import('../../operations/kyc/programs.ts');

function showProgram(format: Format, brand: Brand, program: ProgramFacts, sentence: string): void {
  const { secret } = program;
  printAnswer(format, facts(brand, program), () =>
    secret === undefined
      ? sentence
      : [sentence, '', `  Secret    ${secret}`, `  Callback  ${callbackOf(brand, program)}`, ''].join('\n'),
  );
  if (secret !== undefined && format === 'table')
    printNotice(
      format,
      coloured(
        process.stderr,
        'yellow',
        'Give the secret to the decision service now: it is not shown again.',
      ),
    );
}

const verifiedBy = ({ name, provider, url }: ProgramFacts): string =>
  `Customers of ${name} are verified by ${provider}${url === undefined ? '' : ` at ${url}`} from now on.`;

/** What a proposal waits for; nothing where there is none. */
const waiting = (brand: Brand, { proposed }: ProgramFacts): string =>
  proposed ? `\nProposed: ${proposalText(brand, proposed)}` : '';

const proposalText = (brand: Brand, { changeId, provider, url, ...proposed }: ProposedChange): string =>
  [
    `${provider}${url === undefined ? '' : ` at ${url}`}, by ${proposed.proposedBy}. It expires on ${minuteText(proposed.expiresAt)}.`,
    `Another person approves it with: ${programName()} programs approve ${changeId} --brand ${shellQuoted(brand.name)}`,
  ].join('\n');

const alteredText = () =>
  `a change whose record was altered in the database, so it cannot be approved. Look for the cause with: ${programName()} doctor. A new proposal takes its place.`;

/** The path that the decision service calls back. */
const callbackOf = ({ brandId }: Brand, { programId }: ProgramFacts): string =>
  `/api/v0.1/callbacks/kyc/${brandId}/${programId}`;

const facts = (brand: Brand, program: ProgramFacts) => ({
  program_id: program.programId,
  name: program.name,
  brand: brand.name,
  bond_brand_id: brand.brandId,
  provider: program.provider,
  ...(program.url !== undefined && { url: program.url, callback: callbackOf(brand, program) }),
  ...(program.secret !== undefined && { secret: program.secret }),
  ...(program.isProposalAltered && { proposed: { altered: true } }),
  ...(program.proposed && {
    proposed: {
      change_id: program.proposed.changeId,
      provider: program.proposed.provider,
      ...(program.proposed.url !== undefined && { url: program.proposed.url }),
      proposed_by: program.proposed.proposedBy,
      date_proposed: withOffset(program.proposed.proposedAt),
      date_expires: withOffset(program.proposed.expiresAt),
    },
  }),
});
