import type { Argument, Command, Option } from 'commander';

/** The shells that `clientele completion` writes a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A command of the definition, as a shell completes it. */
interface Completion {
  /** The words that lead to the command, '' for the program itself. */
  readonly path: string;
  readonly commands: readonly Described[];
  readonly options: readonly CompletedOption[];
  /** The values of the first argument: fixed ones, or a file. */
  readonly values: readonly string[];
  readonly takesFile: boolean;
}

interface Described {
  readonly name: string;
  readonly description: string;
}

interface CompletedOption extends Described {
  readonly takesValue: boolean;
  readonly values: readonly string[];
  readonly takesFile: boolean;
}

/** The completion script of a shell, generated from the definition of the command line. */
export function completionScript(program: Command, shell: Shell): string {
  const found = completionsOf(program, [], program.options);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](found);
}

function completionsOf(
  command: Command,
  path: readonly string[],
  global: readonly Option[],
): readonly Completion[] {
  const options = new Set([...command.options, ...global.filter(({ long }) => long !== '--version')]);
  const argument = command.registeredArguments[0];
  const own: Completion = {
    path: path.join(' '),
    commands: command.commands.map((child) => ({ name: child.name(), description: firstSentence(child) })),
    options: [
      ...[...options].map(completedOption),
      { name: '--help', description: 'Show help.', takesValue: false, values: [], takesFile: false },
    ],
    values: argument?.argChoices ?? [],
    takesFile: isFile(argument),
  };
  const below = command.commands.flatMap((child) => completionsOf(child, [...path, child.name()], global));
  return [own, ...below];
}

const completedOption = (option: Option): CompletedOption => ({
  name: option.long ?? option.flags,
  description: sentence(option.description),
  takesValue: option.required || option.optional,
  values: option.argChoices ?? [],
  takesFile: option.flags.includes('<file>'),
});

const isFile = (argument: Argument | undefined): boolean => argument?.name() === 'file';
const firstSentence = (command: Command): string => sentence(command.description());
const sentence = (text: string): string => (/^.*?\.(?= |$)/.exec(text)?.[0] ?? text).replaceAll("'", '');

const optionNames = ({ options }: Completion): readonly string[] => options.map(({ name }) => name);
const wordsOf = ({ commands, values }: Completion): readonly string[] =>
  commands.length > 0 ? commands.map(({ name }) => name) : values;

/** Options that take a value, of any command: the same name means the same everywhere. */
function valueOptions(found: readonly Completion[]): readonly CompletedOption[] {
  const byName = new Map<string, CompletedOption>();
  for (const { options } of found)
    for (const option of options) if (option.takesValue) byName.set(option.name, option);
  return [...byName.values()];
}

function bashScript(found: readonly Completion[]): string {
  const values = valueOptions(found);
  const valueCases = values.map(({ name, values: words, takesFile }) => {
    const reply = takesFile ? 'compgen -f --' : `compgen -W '${words.join(' ')}' --`;
    return `    ${name}) COMPREPLY=($(${reply} "$word")); return ;;`;
  });
  const pathCases = found.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const commandCases = found.map((completion) => {
    const { path, takesFile } = completion;
    const rest = takesFile
      ? `      COMPREPLY=($(compgen -f -- "$word"))`
      : `      COMPREPLY=($(compgen -W '${wordsOf(completion).join(' ')}' -- "$word"))`;
    return `    '${path}')
      if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W '${optionNames(completion).join(' ')}' -- "$word"))
        return
      fi
${rest}
      ;;`;
  });
  return `# Completion of clientele for bash. Source this file, or save it among bash's completions.
_clientele() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} path='' at next
  COMPREPLY=()
  case $previous in
${valueCases.join('\n')}
  esac
  for ((at = 1; at < COMP_CWORD; at++)); do
    next="\${path:+$path }\${COMP_WORDS[at]}"
    case $next in
    ${pathCases.join(' | ')}) path=$next ;;
    esac
  done
  case $path in
${commandCases.join('\n')}
  esac
}
complete -o filenames -F _clientele clientele
`;
}

function zshScript(found: readonly Completion[]): string {
  const described = (list: readonly Described[]) =>
    list.map(({ name, description }) => `'${name}:${description.replaceAll(':', '\\:')}'`).join(' ');
  const valueCases = valueOptions(found).map(({ name, values, takesFile }) => {
    const reply = takesFile
      ? '_files'
      : values.length > 0
        ? `compadd -- ${values.join(' ')}`
        : '_message value';
    return `    ${name}) ${reply}; return ;;`;
  });
  const paths = found.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const commandCases = found.map((completion) => {
    const { path, commands, values, takesFile, options } = completion;
    const words = commands.length > 0 ? described(commands) : values.map((value) => `'${value}'`).join(' ');
    return `    '${path}')
      if [[ $word == -* ]]; then list=(${described(options)})
      ${takesFile ? 'else _files; return' : `else list=(${words})`}
      fi
      ;;`;
  });
  return `#compdef clientele
# Completion of clientele for zsh. Save it as _clientele in a folder of $fpath.
_clientele() {
  local word=\${words[CURRENT]} previous=\${words[CURRENT - 1]} where='' next at
  local -a list
  case $previous in
${valueCases.join('\n')}
  esac
  for ((at = 2; at < CURRENT; at++)); do
    next="\${where:+$where }\${words[at]}"
    case $next in
    ${paths.join(' | ')}) where=$next ;;
    esac
  done
  case $where in
${commandCases.join('\n')}
  esac
  _describe 'clientele' list
}
# Loaded from $fpath, the file is the body of the function; sourced, it registers the function.
if [[ $funcstack[1] == _clientele ]]; then _clientele "$@"; else compdef _clientele clientele; fi
`;
}

function fishScript(found: readonly Completion[]): string {
  const lines = found.flatMap(({ path, commands, options, values, takesFile }) => {
    const condition = `-n '__clientele_at "${path}"'`;
    const base = `complete -c clientele ${condition}`;
    return [
      ...commands.map(({ name, description }) => `${base} -a ${name} -d '${description}'`),
      ...values.map((value) => `${base} -a ${value}`),
      ...(takesFile ? [`${base} -F`] : []),
      ...options.map((option) => fishOption(base, option)),
    ];
  });
  const paths = found.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `# Completion of clientele for fish. Save it as ~/.config/fish/completions/clientele.fish.
function __clientele_at
  set -l at ''
  for word in (commandline -opc)[2..]
    set -l next (string trim "$at $word")
    contains -- $next ${paths.join(' ')}; and set at $next
  end
  test "$at" = "$argv[1]"
end
complete -c clientele -f
${lines.join('\n')}
`;
}

function fishOption(
  base: string,
  { name, description, takesValue, values, takesFile }: CompletedOption,
): string {
  const value = takesFile ? ' -r -F' : values.length > 0 ? ` -x -a '${values.join(' ')}'` : ' -x';
  return `${base} -l ${name.replace('--', '')}${takesValue ? value : ''} -d '${description}'`;
}
