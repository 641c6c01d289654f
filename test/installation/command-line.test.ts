import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { completionScript, shells } from '../../src/cli/completion.ts';
import { exampleOf } from '../../src/cli/definition/options.ts';
import { defineProgram } from '../../src/cli/definition/program.ts';
import { cleanUp, temporaryFolder } from './cli/program.ts';

afterAll(cleanUp);

const program = defineProgram();

/** The commands that do something, each with the words that call it. */
function commandsBelow(command: Command, path: readonly string[] = []): readonly [string, Command][] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => commandsBelow(child, [...path, child.name()]));
}

/** The words of a line as a shell splits them. */
const shellWords = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

describe('the definition of the command line', () => {
  test.each(commandsBelow(program))('has an example of "%s" that the command takes', async (path) => {
    const own = defineProgram();
    const found = commandsBelow(own).find(([name]) => name === path)?.[1];
    const line = exampleOf(found ?? own) ?? '';
    expect(line.startsWith(path)).toBe(true);
    const ran: string[] = [];
    for (const [name, command] of commandsBelow(own)) command.action(() => void ran.push(name));
    const words = shellWords(line.replace(/ > .*/, ''));
    await own.parseAsync(words, { from: 'user' });
    expect(ran).toEqual([path]);
  });
});

describe('shell completion', () => {
  test.each(shells)('for %s knows every command and every option', (shell) => {
    const script = completionScript(program, shell);
    for (const [path, command] of commandsBelow(program)) {
      expect(script).toContain(path);
      for (const { long } of command.options)
        expect(script).toContain(shell === 'fish' ? `-l ${long?.slice(2)} ` : long);
    }
  });

  const isHere = (shell: string) => spawnSync(shell, ['-c', 'true']).error === undefined;
  test.each(shells)('for %s is a script that the shell can read, where it is installed', async (shell) => {
    if (shell !== 'bash' && !isHere(shell)) return;
    const file = join(await temporaryFolder(), 'completion');
    // A file: fish refuses to read a script from the socket that a child's standard input is.
    await writeFile(file, completionScript(program, shell));
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  const typed: readonly (readonly [words: readonly string[], offered: string])[] = [
    [['clientele', 'ke'], 'keys'],
    [['clientele', 'keys', ''], 'create list review rotate revoke enable set-owner'],
    [['clientele', '--output', 'json', 'brands', ''], 'create list set'],
    [['clientele', 'keys', 'create', '--brand', 'Blue Ridge', '--s'], '--scopes'],
    [['clientele', 'brands', 'create', 'Blue Ridge', '--w'], '--with-key'],
    [['clientele', 'programs', 'set', 'cards', '--provider', ''], 'sandbox manual http'],
    [['clientele', '--output', ''], 'table json'],
    [['clientele', 'completion', ''], 'bash zsh fish'],
    [['clientele', 'import', '/etc/pass'], '/etc/passwd'],
    [['clientele', 'export', 'audit', '--file', '/etc/pass'], '/etc/passwd'],
    [['clientele', 'doctor', ''], ''],
  ];
  test.each(typed)('in bash, %j offers "%s"', (words, offered) => {
    const ask = `${completionScript(program, 'bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clientele; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', ask, 'bash', ...words], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(
      stdout
        .trim()
        .split(/\s+/)
        .filter((word) => !word.endsWith('-'))
        .join(' '),
    ).toBe(offered);
  });
});
