import type { Argument, Command, Option } from 'commander';
import { exampleOf } from '../../src/cli/definition/options.ts';
import { defineProgram } from '../../src/cli/definition/program.ts';
import { defaultScopes, keyScopes, scopes } from '../../src/domain/scopes.ts';

const beginning = `# Commands

<!-- Made by \`npm run generate\` from src/cli/definition and src/domain/scopes.ts. -->

\`clientele COMMAND\` runs a command. In a checkout, \`node bin/clientele.js COMMAND\` does the same, and builds the program first if it was never built. Settings come from the environment and are the same for every command: [configuration.md](configuration.md).

A brand can be named by its name or its id. Every command works whether or not a server is running: it joins the embedded PostgreSQL, or starts it for its own time. Only \`serve\` and \`restore\` create a data directory.
`;

const ending = `## Scopes

A key carries the default scopes unless \`keys create --scopes\` names others.

| scope | allows | by default |
| --- | --- | --- |
${keyScopes
  .map((scope) => `| \`${scope}\` | ${scopes[scope]} | ${defaultScopes.includes(scope) ? 'yes' : 'no'} |`)
  .join('\n')}

## Output and exit codes

- Standard output carries the answer and nothing else: text for people, or one JSON text with \`--output json\`. For \`serve\` and \`worker\` it carries the log.
- Standard error carries notices for people: waiting, hints, errors, and the first and last words of \`serve\`, which include the demo's key. With \`--output json\` each line is a JSON object: \`{"error": …}\`, \`{"notice": …}\`, and for \`serve\` one object with \`url\`, \`api\` and \`docs\`. The first start of a sandbox adds \`identity\` and \`authorization\` to it.
- The exit code is 0 for success, 1 for an error, and 2 for a command line that cannot be parsed. It is also 1 when \`doctor\` finds anything red, when \`import\` refuses a line, when \`verify-audit\`, \`verify-file\` or \`verify-records\` finds a change, and when a rotation cannot read a record.

An error names the next step. An unforeseen error is reported by its kind and its place in the sources, never by its message, because the message might quote data.

With \`--output json\`:

| command | answers |
| --- | --- |
| \`brands create\` | \`bond_brand_id\`, \`name\`, \`date_created\`, and with \`--with-key\` the \`key\` as \`keys create\` answers it |
| \`keys create\`, \`keys rotate\` | \`identity\`, \`authorization\`, \`name\`, \`brand\`, \`bond_brand_id\`, \`scopes\`, \`date_created\`, \`owner\` and \`networks\` if it has them, \`date_expires\` if the key expires, and \`date_previous_secret_ends\` after a rotation |
| \`keys review\` | for each key what \`keys list\` answers, and \`date_last_used\` and \`last_used_from\` if it was used |
| \`doctor\` | a list of \`check\`, \`state\` (\`green\`, \`yellow\`, \`red\`), \`explanation\` and, unless green, \`next_step\` |
| \`rotate brand-key\`, \`rotate index-key\` | a list with an entry for each brand: \`brand\`, \`kind\`, \`version\`, \`resumed\`, \`rekeyed\`, \`destroyed\` (versions) and \`remaining\` (\`where\`, \`count\` and, for records that only wait for a date, \`until\`) |
| \`rotate root-key\` | \`version\`, \`resumed\`, \`brands\` and \`kept\` |
| \`import\` | \`lines\`, \`imported\`, \`earlier\`, \`bad\` and \`problems\`, a list of \`line\` and \`problems\` |

[importing.md](importing.md) describes the file that \`import\` reads. [operating.md](operating.md#stopping) describes how \`serve\` stops.
`;

/** `docs/commands.md`: every command, from the definition that the program itself parses. */
export function commandsPage(): string {
  const program = defineProgram();
  const commands = leavesOf(program);
  const rows = commands.map(
    ([path, command]) =>
      `| [\`${path}\`](#${path.replaceAll(' ', '-')}) | ${inCell(command.description())} |`,
  );
  const table = ['| command | what it does |', '| --- | --- |', ...rows, ''].join('\n');
  return [beginning, table, ...commands.map(section), globals(program), ending].join('\n');
}

/** The commands without subcommands, each with the words that call it. */
function leavesOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]));
}

function section([path, command]: readonly [string, Command]): string {
  const usage = [path, ...command.registeredArguments.map(argumentText), ...command.options.map(usageOf)];
  const parts = [`## \`${path}\``, inText(command.description()), `    clientele ${usage.join(' ')}`];
  if (command.options.length > 0) parts.push(optionTable(command.options));
  return `${[...parts, `Example: \`clientele ${exampleOf(command)}\``].join('\n\n')}\n`;
}

const globals = (program: Command): string =>
  `## Options of every command\n\n${optionTable([...program.options])}\n`;

function optionTable(options: readonly Option[]): string {
  const rows = options.map((option) => {
    const choices = option.argChoices ? ` One of ${option.argChoices.map(code).join(', ')}.` : '';
    return `| ${code(option.flags)} | ${inCell(option.description)}${choices} | ${presenceOf(option)} |`;
  });
  return ['| option | | |', '| --- | --- | --- |', ...rows].join('\n');
}

function presenceOf({ mandatory, defaultValue }: Option): string {
  if (mandatory && defaultValue === undefined) return '**required**';
  return defaultValue === undefined ? 'optional' : `default ${code(String(defaultValue))}`;
}

const usageOf = ({ flags, mandatory }: Option): string => (mandatory ? flags : `[${flags}]`);
const argumentText = (argument: Argument): string => `<${argument.argChoices?.join('|') ?? argument.name()}>`;
const code = (text: string): string => `\`${text}\``;
const inText = (text: string): string => text.replaceAll(/<(\w+)>/g, '`$1`');
const inCell = (text: string): string => inText(text).replaceAll('|', '\\|');
