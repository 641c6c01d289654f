import type { ProgramFacts, ProgramSettings } from '../../operations/kyc/programs.ts';
import type { Brand } from '../command.ts';
import { withBrand } from '../command.ts';
import type { Format } from '../output.ts';
import { coloured, printAnswer, printNotice } from '../output.ts';
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
      formatTable(
        ['NAME', 'ID', 'PROVIDER', 'URL'],
        programs.map(({ name, programId, provider, url }) => [name, programId, provider, url ?? '']),
      ),
  );
}

interface ProgramOptions extends ProgramSettings, ReasonOptions {
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
    `Created the program ${program.name} of ${brand.name} (${program.programId}).`,
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
    `Customers of ${program.name} are verified by ${program.provider} from now on.`,
  );
}

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
});
