import { type Command, Option } from 'commander';
import { keyOverlapHours } from '../../domain/keys/api-key.ts';
import { defaultScopes, keyScopes, scopes } from '../../domain/scopes.ts';
import { validations } from '../../domain/validation.ts';
import {
  brandOption,
  commaSeparated,
  example,
  formatOf,
  keyDays,
  overlapHours,
  reasonOption,
  wholeNumber,
} from './options.ts';

/** The commands for one brand: itself, its API keys, its programs and its retention policy. */
export function addBrandCommands(program: Command): void {
  addBrands(program.command('brands').description('Manage the brands.'));
  addKeys(program.command('keys').description('Manage the API keys of a brand.'));
  addPrograms(
    program.command('programs').description('Manage the programs that customers are verified for.'),
  );
  addRetention(program.command('retention').description('Set how long a brand keeps deleted records.'));
}

function addBrands(brands: Command): void {
  const create = brands
    .command('create <name>')
    .description('Create a brand with its own sealing keys.')
    .option('--with-key', 'Create an API key with the default scopes too, and show its secret once.')
    .addOption(reasonOption())
    .action(async (name, options, command) =>
      (await import('../commands/brands.ts')).createBrand(formatOf(command), name, options),
    );
  example(create, 'brands create "Blue Ridge" --with-key');

  const list = brands
    .command('list')
    .description('List the brands, and which values of customers each takes.')
    .action(async (_options, command) =>
      (await import('../commands/brands.ts')).listBrands(formatOf(command)),
    );
  example(list, 'brands list');

  const set = brands
    .command('set <brand>')
    .description(
      'Change a setting of a brand. <brand> is its name or its id. Every process follows within a second, and stored values stay as they are.',
    )
    .addOption(
      new Option(
        '--validation <validation>',
        "Which values of customers the brand takes: bond (as Bond's API), wide (names with hyphens and full stops, more of streets, addresses without a postal code), wide-itin (wide, and ITINs as tax numbers), or wide-foreign (wide-itin, and people identified by a passport, an alien number or another government document).",
      )
        .choices(validations)
        .makeOptionMandatory(),
    )
    .addOption(reasonOption())
    .action(async (brand, options, command) =>
      (await import('../commands/brands.ts')).setBrand(formatOf(command), brand, options),
    );
  example(set, 'brands set "Blue Ridge" --validation wide');
}

function addKeys(keys: Command): void {
  const onRequest = keyScopes.filter((scope) => !defaultScopes.includes(scope));
  const create = keys
    .command('create')
    .description('Create an API key. Its secret is shown once and stored nowhere.')
    .addOption(brandOption())
    .option('--name <name>', 'A name for the key. Without one, Clientele makes one up.')
    .option(
      '--scopes <scopes>',
      `What the key may do, separated by commas. The default is every scope except ${listed(onRequest)}.`,
      commaSeparated,
    )
    .option('--owner <email>', 'The person behind the key. What takes two people takes two owners.')
    .option(
      '--networks <cidrs>',
      'The networks that the key may be used from, separated by commas. The default is everywhere.',
      commaSeparated,
    )
    .addOption(
      new Option(
        '--expires-days <days>',
        'Days until the key expires. The default is 365 in live, and never in a sandbox.',
      )
        .argParser(keyDays)
        .conflicts('expiry'),
    )
    .option('--no-expiry', 'Let the key be valid until it is revoked.')
    .addOption(reasonOption())
    .addHelpText('after', () => `\nScopes:\n${scopeLines()}`)
    .action(async (options, command) =>
      (await import('../commands/keys.ts')).createKey(formatOf(command), options),
    );
  example(create, 'keys create --brand "Blue Ridge" --scopes customers:read,kyc:read --expires-days 90');

  const list = keys
    .command('list')
    .description('List the API keys of a brand, without secrets.')
    .addOption(brandOption())
    .action(async (options, command) =>
      (await import('../commands/keys.ts')).listKeys(formatOf(command), options.brand),
    );
  example(list, 'keys list --brand "Blue Ridge"');

  const review = keys
    .command('review')
    .description(
      'Review who has access: every key of a brand with its owner, its scopes, its last use and its end. The audit trail records the review.',
    )
    .addOption(brandOption())
    .option('--csv <file>', 'Write the review as CSV to this file, too. Only you can read it.')
    .action(async (options, command) =>
      (await import('../key-review.ts')).reviewKeys(formatOf(command), options),
    );
  example(review, 'keys review --brand "Blue Ridge" --csv access-2026-q4.csv');
  addKeyChanges(keys);
}

/** The commands that change a key. */
function addKeyChanges(keys: Command): void {
  const rotate = keys
    .command('rotate <key>')
    .description('Give an API key a new secret. <key> is its identity or its name.')
    .addOption(brandOption())
    .option(
      '--overlap-hours <hours>',
      'Hours for which the old secret stays valid.',
      overlapHours,
      keyOverlapHours.usual,
    )
    .addOption(reasonOption())
    .action(async (key, options, command) =>
      (await import('../commands/keys.ts')).rotateKey(formatOf(command), key, options),
    );
  example(rotate, 'keys rotate shop --brand "Blue Ridge" --overlap-hours 48');

  const revoke = keys
    .command('revoke <key>')
    .description(
      'Revoke an API key for good. <key> is its identity or its name. Every process refuses it within a second.',
    )
    .addOption(brandOption())
    .addOption(reasonOption())
    .action(async (key, options, command) =>
      (await import('../commands/keys.ts')).revokeKey(formatOf(command), key, options),
    );
  example(revoke, 'keys revoke shop --brand "Blue Ridge"');

  const enable = keys
    .command('enable [key]')
    .description(
      'Enable an API key that a restore has disabled. [key] is its identity or its name. A revoked key stays revoked.',
    )
    .option('--brand <name>', "The brand's name or id. Required unless --all is given.")
    .option('--all', 'Enable every disabled key, of the brand or of every brand.')
    .addOption(reasonOption())
    .action(async (key, options, command) =>
      (await import('../commands/keys.ts')).enableKeys(formatOf(command), key, options),
    );
  example(enable, 'keys enable shop --brand "Blue Ridge"');

  const owner = keys
    .command('set-owner <key>')
    .description(
      'Name the person behind an API key that names none. <key> is its identity or its name. An owner never changes.',
    )
    .addOption(brandOption())
    .requiredOption('--owner <email>', 'The person behind the key. What takes two people takes two owners.')
    .addOption(reasonOption())
    .action(async (key, options, command) =>
      (await import('../commands/keys.ts')).setKeyOwner(formatOf(command), key, options),
    );
  example(owner, 'keys set-owner shop --brand "Blue Ridge" --owner mo@example.com');
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

function scopeLines(): string {
  const width = Math.max(...keyScopes.map((scope) => scope.length));
  return keyScopes.map((scope) => `  ${scope.padEnd(width)}  ${scopes[scope]}`).join('\n');
}

function addPrograms(programs: Command): void {
  const provider = () =>
    new Option(
      '--provider <provider>',
      'Who verifies: sandbox, manual (people, through reviews) or http (your decision service).',
    ).choices(['sandbox', 'manual', 'http']);
  const url = () => new Option('--url <url>', 'The address of the decision service, for the provider http.');

  const list = programs
    .command('list')
    .description(
      'List the programs of a brand, the provider of each, and the changes that wait for a second operator.',
    )
    .addOption(brandOption())
    .action(async (options, command) =>
      (await import('../commands/programs.ts')).listPrograms(formatOf(command), options.brand),
    );
  example(list, 'programs list --brand "Blue Ridge"');

  const create = programs
    .command('create')
    .description(
      'Create a program. The secret of a decision service is shown once. In live a program begins with manual, and another provider waits for a second operator.',
    )
    .addOption(brandOption())
    .requiredOption('--name <name>', 'The name of the program.')
    .addOption(provider())
    .addOption(url())
    .addOption(reasonOption())
    .action(async (options, command) =>
      (await import('../commands/programs.ts')).createProgram(formatOf(command), options),
    );
  example(
    create,
    'programs create --brand "Blue Ridge" --name cards --provider http --url https://kyc.example.com',
  );

  const set = programs
    .command('set <program>')
    .description(
      'Change the provider of a program. <program> is its id or its name. The provider http gets a new secret. In live the change waits for a second operator. Running verifications continue with the new provider.',
    )
    .addOption(brandOption())
    .addOption(provider().makeOptionMandatory())
    .addOption(url())
    .option('--propose', 'Let the change wait for a second operator in a sandbox, too.')
    .addOption(reasonOption())
    .action(async (name, options, command) =>
      (await import('../commands/programs.ts')).setProgram(formatOf(command), name, options),
    );
  example(set, 'programs set cards --brand "Blue Ridge" --provider manual');
  addProgramDecisions(programs);
}

/** The commands that decide on a proposed change. */
function addProgramDecisions(programs: Command): void {
  const id = '7d1f4b52-9c3e-4a06-8f51-2b9f0c6d7e18';
  const approve = programs
    .command('approve <change>')
    .description(
      'Let a proposed change of a program take effect. <change> is its id, as programs list shows it. The operator who proposed it cannot approve it.',
    )
    .addOption(brandOption())
    .addOption(reasonOption())
    .action(async (change, options, command) =>
      (await import('../commands/programs.ts')).approveChange(formatOf(command), change, options),
    );
  example(approve, `programs approve ${id} --brand "Blue Ridge"`);

  const reject = programs
    .command('reject <change>')
    .description('End a proposed change of a program without effect. <change> is its id.')
    .addOption(brandOption())
    .addOption(reasonOption())
    .action(async (change, options, command) =>
      (await import('../commands/programs.ts')).rejectChange(formatOf(command), change, options),
    );
  example(reject, `programs reject ${id} --brand "Blue Ridge"`);
}

function addRetention(retention: Command): void {
  const count = (name: string, description: string) => new Option(name, description).argParser(wholeNumber);
  const show = retention
    .command('show')
    .description('Show the retention policy of a brand.')
    .addOption(brandOption())
    .action(async (options, command) =>
      (await import('../commands/retention.ts')).showRetention(formatOf(command), options.brand),
    );
  example(show, 'retention show --brand "Blue Ridge"');

  const set = retention
    .command('set')
    .description(
      'Change the retention policy of a brand, for all records that it keeps. Live accepts no number below its default.',
    )
    .addOption(brandOption())
    .addOption(count('--never-verified-days <days>', 'Days, where a verification never began.'))
    .addOption(count('--not-passed-months <months>', 'Months after the last action, where none passed.'))
    .addOption(count('--identity-years <years>', 'Years after the account was closed.'))
    .addOption(count('--documents-years <years>', 'Years after each document and verdict was made.'))
    .addOption(reasonOption())
    .action(async (options, command) =>
      (await import('../commands/retention.ts')).setRetention(formatOf(command), options),
    );
  example(set, 'retention set --brand "Blue Ridge" --identity-years 7');
}
