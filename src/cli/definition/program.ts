import { Command, Help, Option } from 'commander';
import { version } from '../../version.ts';
import { addBrandCommands } from './brands.ts';
import { addDataCommands } from './data.ts';
import { addOperators } from './operators.ts';
import { addServiceCommands } from './service.ts';

/**
 * The whole command line: every command with its words, options and example. Help, the shell completion and
 * docs/commands.md are made from it. The code of a command is loaded when it is called, so that help and usage
 * errors are fast.
 */
export function defineProgram(): Command {
  const program = new Command('clientele')
    .description('A self-hosted customers service for regulated identity data.')
    .version(version(), '-v, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show help for a command.')
    .helpCommand('help [command]', 'Show help for a command.')
    .addOption(
      new Option(
        '--output <format>',
        'The format of the answer. json writes one JSON text to standard output.',
      )
        .choices(['table', 'json'])
        .default('table'),
    )
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: (option) =>
        `${Help.prototype.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
    })
    // `reportFailure` writes errors in our own form.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText(
      'after',
      '\nSettings come from the environment, for example CLIENTELE_PORT and CLIENTELE_DATA_DIR.\ndocs/configuration.md lists all of them. Begin with: clientele serve',
    );
  addServiceCommands(program);
  addBrandCommands(program);
  addOperators(program);
  addDataCommands(program);
  return program;
}
