import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Format } from './answer.ts';
import { reportFailure, UsageError } from './failure.ts';
import { version } from './version.ts';

// The commands as words and options. What each of them does is loaded when it is called, so that help and
// mistakes are answered at once.

/** The most that a key may be asked to last, in days, and an old secret to overlap, in hours. */
const longestLife = 3_650;
const longestOverlap = 720;
/** Processes of one server: what the connections of the embedded database suffice for. */
const mostProcesses = 16;

function commands(): Command {
  const program = new Command('clientele')
    .description('A self-hosted customers service for regulated identity data.')
    .version(version(), '-v, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show what there is to know about a command.')
    .helpCommand('help [command]', 'Show what there is to know about a command.')
    .addOption(
      new Option('--output <format>', 'How to answer; json puts one JSON text on standard output.')
        .choices(['table', 'json'])
        .default('table'),
    )
    .configureHelp({ showGlobalOptions: true })
    // Said by `reportFailure`, in our form.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText(
      'after',
      '\nSettings come from the environment, for example CLIENTELE_PORT and CLIENTELE_DATA_DIR; docs/configuration.md\nlists them all. Begin with: clientele serve',
    );

  program
    .command('serve')
    .description('Run the service, with a PostgreSQL of its own unless CLIENTELE_DATABASE_URL names one.')
    .option('--processes <count>', 'How many processes share the port.', processes, 1)
    .option('--api-only', 'Leave what happens without a request to: clientele worker')
    .action(async (options, command) =>
      (await import('./commands/serve.ts')).serve(formatOf(command), options),
    );
  program
    .command('worker')
    .description('Do what happens without a request, beside servers that were started with --api-only.')
    .action(async (_options, command) => (await import('./commands/worker.ts')).worker(formatOf(command)));

  const brands = program.command('brands').description('The brands whose customers are kept here.');
  brands
    .command('create <name>')
    .description('Make a brand with sealing keys of its own.')
    .action(async (name, _options, command) =>
      (await import('./commands/brands.ts')).createBrand(formatOf(command), name),
    );
  brands
    .command('list')
    .description('List the brands.')
    .action(async (_options, command) =>
      (await import('./commands/brands.ts')).listBrands(formatOf(command)),
    );

  const keys = program.command('keys').description('The API keys of a brand.');
  const brand = () => new Option('--brand <name>', "The brand's name or id.").makeOptionMandatory();
  keys
    .command('create')
    .description('Make a key. Its secret is shown once and stored nowhere.')
    .addOption(brand())
    .option('--name <name>', 'What people call the key; made up where it is left out.')
    .option(
      '--scopes <scopes>',
      'What the key may do, separated by commas; by default all but ssn:reveal, kyc:review, compliance:read and compliance:write.',
      words,
    )
    .option('--expires-days <days>', 'Days until the key ends by itself; by default it does not.', days)
    .action(async (options, command) =>
      (await import('./commands/keys.ts')).createKey(formatOf(command), options),
    );
  keys
    .command('list')
    .description('List the keys of a brand, without secrets.')
    .addOption(brand())
    .action(async (options, command) =>
      (await import('./commands/keys.ts')).listKeys(formatOf(command), options.brand),
    );
  keys
    .command('rotate <key>')
    .description('Give a key, named by its identity or its name, a new secret.')
    .addOption(brand())
    .option('--overlap-hours <hours>', 'Hours for which the old secret stays good.', hours, 24)
    .action(async (key, options, command) =>
      (await import('./commands/keys.ts')).rotateKey(formatOf(command), key, options),
    );
  keys
    .command('revoke <key>')
    .description('End a key, named by its identity or its name, for good; it is refused within a second.')
    .addOption(brand())
    .action(async (key, options, command) =>
      (await import('./commands/keys.ts')).revokeKey(formatOf(command), key, options.brand),
    );

  const programs = program.command('programs').description('What a brand verifies its customers for.');
  const provider = () =>
    new Option(
      '--provider <provider>',
      'Who verifies: sandbox, manual (people, through reviews) or http (your own decision service).',
    ).choices(['sandbox', 'manual', 'http']);
  const url = () => new Option('--url <url>', 'With http: where the decision service is.');
  programs
    .command('list')
    .description('List the programs of a brand and who verifies for each.')
    .addOption(brand())
    .action(async (options, command) =>
      (await import('./commands/programs.ts')).listPrograms(formatOf(command), options.brand),
    );
  programs
    .command('create')
    .description('Make a program. The secret of a decision service is shown once.')
    .addOption(brand())
    .requiredOption('--name <name>', 'What people call the program.')
    .addOption(provider())
    .addOption(url())
    .action(async (options, command) =>
      (await import('./commands/programs.ts')).createProgram(formatOf(command), options),
    );
  programs
    .command('set <program>')
    .description('Give a program, named by its id or its name, another provider; http gets a new secret.')
    .addOption(brand())
    .addOption(provider().makeOptionMandatory())
    .addOption(url())
    .action(async (name, options, command) =>
      (await import('./commands/programs.ts')).setProgram(formatOf(command), name, options),
    );

  const retention = program.command('retention').description('How long a brand keeps what it has deleted.');
  const count = (name: string, of: string) => new Option(name, of).argParser(wholeNumber);
  retention
    .command('show')
    .description('Show the policy of a brand.')
    .addOption(brand())
    .action(async (options, command) =>
      (await import('./commands/retention.ts')).showRetention(formatOf(command), options.brand),
    );
  retention
    .command('set')
    .description('Change the policy of a brand, for everything that it keeps.')
    .addOption(brand())
    .addOption(count('--never-verified-days <days>', 'Days for those whose verification never began.'))
    .addOption(count('--not-passed-months <months>', 'Months after the last action, for those not passed.'))
    .addOption(count('--identity-years <years>', 'Years after the account was closed.'))
    .addOption(count('--documents-years <years>', 'Years after each document and verdict was made.'))
    .action(async (options, command) =>
      (await import('./commands/retention.ts')).setRetention(formatOf(command), options),
    );

  const rotate = program
    .command('rotate')
    .description('Replace keys while the service runs; goes on with what was interrupted.');
  for (const kind of ['brand', 'index'] as const) {
    rotate
      .command(`${kind}-key`)
      .description(
        kind === 'brand'
          ? 'Give a brand a new key, and seal its records anew under it.'
          : 'Give a brand a new key for its blind indexes, and index its customers anew under it.',
      )
      .option('--brand <name>', "The brand's name or id.")
      .option('--all', 'Every brand, one after the other.')
      .action(async (options, command) =>
        (await import('./commands/rotate.ts')).rotateBrands(formatOf(command), kind, options),
      );
  }
  rotate
    .command('root-key')
    .description("Put a new root key in use, and wrap every brand's keys by it; touches no record.")
    .action(async (_options, command) =>
      (await import('./commands/rotate.ts')).rotateRootKey(formatOf(command)),
    );

  program
    .command('migrate')
    .description('Bring the schema of the database up to date.')
    .action(async (_options, command) => (await import('./commands/migrate.ts')).migrate(formatOf(command)));
  program
    .command('import <file>')
    .description('Make a customer of every line of a file: the body of a create as JSON, one a line.')
    .addOption(brand())
    .option(
      '--skip-bad',
      'Import the good lines where there are bad ones; by default nothing is written then.',
    )
    .action(async (file, options, command) =>
      (await import('./commands/import.ts')).importFile(formatOf(command), file, options),
    );
  const exporting = program.command('export').description('Copies for people and programs outside.');
  const file = () =>
    new Option('--file <file>', 'The file to make; only you will be able to read it.').makeOptionMandatory();
  exporting
    .command('audit')
    .description('Write the audit trail of a brand, one JSON object a line, to be verified anywhere.')
    .addOption(brand())
    .addOption(file())
    .option('--from <number>', 'The number of the first entry.', positive, 1)
    .action(async (options, command) =>
      (await import('./commands/export.ts')).exportAudit(formatOf(command), options),
    );
  exporting
    .command('customers')
    .description('Write the customers of a brand, one JSON object a line, with masked SSNs.')
    .addOption(brand())
    .addOption(file())
    .action(async (options, command) =>
      (await import('./commands/export.ts')).exportCustomers(formatOf(command), options),
    );
  program
    .command('verify-audit <file>')
    .description(
      'Find out whether an exported audit trail stands as it was written; needs nothing but the file.',
    )
    .option('--key <key...>', 'Your public key as doctor shows it, or a file with one on each line.')
    .option('--earlier <file>', 'An earlier export, with which this one has to agree.')
    .action(async (path, options, command) =>
      (await import('./commands/verify-audit.ts')).verifyAudit(formatOf(command), path, options),
    );
  program
    .command('backup')
    .description(
      'Write everything into one file, sealed as it is stored; beside a running server or without.',
    )
    .requiredOption('--file <file>', 'The file to make.')
    .action(async (options, command) =>
      (await import('./commands/backup.ts')).backup(formatOf(command), options),
    );
  program
    .command('restore <file>')
    .description('Fill a new data directory, or an empty database, from a backup.')
    .action(async (file, _options, command) =>
      (await import('./commands/restore.ts')).restore(formatOf(command), file),
    );
  program
    .command('doctor')
    .description('Examine this installation and say what to do; changes nothing.')
    .action(async (_options, command) => (await import('./commands/doctor.ts')).doctor(formatOf(command)));
  return program;
}

const formatOf = (command: Command): Format => command.optsWithGlobals()['output'] as Format;

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

function days(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= longestLife) return count;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${longestLife}.`);
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
}

function hours(text: string): number {
  const count = text.trim() === '' ? Number.NaN : Number(text);
  if (count >= 0 && count <= longestOverlap) return count;
  throw new InvalidArgumentError(`It takes a number from 0 to ${longestOverlap}.`);
}

function positive(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It takes a whole number from 1.');
}

function processes(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= mostProcesses) return count;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${mostProcesses}.`);
}

/** The words that the arguments begin with and that name a command, e.g. `keys create`. */
function commandIn(program: Command, args: readonly string[]): string {
  const path: string[] = [];
  let at: Command | undefined = program;
  for (const word of args) {
    at = at.commands.find((one) => one.name() === word);
    if (!at) break;
    path.push(word);
  }
  return path.join(' ');
}

/** Whether the caller reads JSON, told even where the rest of the call is not understood. */
const isJson = (args: readonly string[]): boolean =>
  args.some((word, at) => word === '--output=json' || (word === 'json' && args[at - 1] === '--output'));

const program = commands();
const args = process.argv.slice(2);
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  await program.parseAsync();
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (!isHelp) {
    const failure =
      error instanceof CommanderError ? new UsageError(error.message, commandIn(program, args)) : error;
    process.exitCode = reportFailure(failure, isJson(args) ? 'json' : 'table');
  }
}
