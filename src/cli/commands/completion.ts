import type { Command } from 'commander';
import type { Shell } from '../completion.ts';
import { completionScript } from '../completion.ts';

/** Prints the completion script of a shell. */
export function completion(program: Command, shell: Shell): void {
  process.stdout.write(completionScript(program, shell));
}
