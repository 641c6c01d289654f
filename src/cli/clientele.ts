import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { defineProgram } from './definition/program.ts';
import { reportFailure, UsageError } from './failure.ts';

/** The words that the arguments begin with and that name a command, e.g. `keys create`. */
function commandIn(program: Command, args: readonly string[]): string {
  const path: string[] = [];
  let at: Command | undefined = program;
  for (const word of args) {
    at = at.commands.find((command) => command.name() === word);
    if (!at) break;
    path.push(word);
  }
  return path.join(' ');
}

/** Whether the caller reads JSON, even where the rest of the call cannot be parsed. */
const isJson = (args: readonly string[]): boolean =>
  args.some((word, at) => word === '--output=json' || (word === 'json' && args[at - 1] === '--output'));

const program = defineProgram();
const args = process.argv.slice(2);
// A reader that closes the pipe early, such as `head`, is no failure.
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
