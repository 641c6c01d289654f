import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { keyOverlapHours, mostKeyDays } from '../../domain/keys/api-key.ts';
import { parseInstant } from '../../domain/time.ts';
import type { Bound } from '../../operations/audit/exports/span.ts';
import type { Format } from '../output.ts';
import { programName } from '../output.ts';

// Shared parts of the command definitions: options, parsers of their values, and examples.

/** The most processes of one server: the connections of the embedded database are enough for these. */
const maxProcesses = 16;

/** The format that the caller asked for with the global option --output. */
export const formatOf = (command: Command): Format => command.optsWithGlobals()['output'] as Format;

export const brandOption = () =>
  new Option('--brand <name>', "The brand's name or id.").makeOptionMandatory();

/** Every command that changes something takes it; `withSystem` asks for it in live. */
export const reasonOption = () =>
  new Option('--reason <text>', 'Why, for the audit trail. Live asks for it.');

export const fileOption = () =>
  new Option('--file <file>', 'The file to write. Only you can read it.').makeOptionMandatory();

export const exportOption = () =>
  new Option(
    '--file <file>',
    'The file to write, which only you can read; a pipe; or - for standard output.',
  ).makeOptionMandatory();

const examples = new WeakMap<Command, string>();

/** Adds an example to a command's help: the words after the name of the program. */
export function example(command: Command, words: string): Command {
  examples.set(command, words);
  return command.addHelpText('after', () => `\nExample:\n  ${programName()} ${words}`);
}

export const exampleOf = (command: Command): string | undefined => examples.get(command);

export const commaSeparated = (text: string): readonly string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function integerBetween(text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
}

export const keyDays = (text: string): number => integerBetween(text, 1, mostKeyDays);
export const processCount = (text: string): number => integerBetween(text, 1, maxProcesses);

export function overlapHours(text: string): number {
  const count = text.trim() === '' ? Number.NaN : Number(text);
  if (count >= 0 && count <= keyOverlapHours.most) return count;
  throw new InvalidArgumentError(`It takes a number from 0 to ${keyOverlapHours.most}.`);
}

/** A number whose limits the policy checks. */
export function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
}

export function entryNumber(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It takes a whole number from 1.');
}

/** The number of an entry, or a moment: both can begin and end a range of the audit trail. */
export function entryOrTime(text: string): Bound {
  if (/^\d+$/.test(text)) return { number: entryNumber(text) };
  const at = parseInstant(text);
  if (at !== undefined) return { at };
  throw new InvalidArgumentError(
    'It takes the number of an entry, or a date or time (ISO 8601, UTC) such as 2026-11-24 or 2026-11-24T09:00:00Z.',
  );
}
