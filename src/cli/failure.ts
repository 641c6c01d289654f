import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../domain/errors.ts';
import { OperatorError } from '../domain/operator-error.ts';
import type { Format } from './output.ts';
import { coloured, programName } from './output.ts';

/** A command line that cannot be parsed. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError';

  /** `message` comes from the parser of the command line; `command` is the words of the command, if any. */
  constructor(message: string, command: string) {
    const what = message
      .replace(/^error: /, '')
      .replace(/\s+/g, ' ')
      .trim();
    const sentence = what.startsWith('(')
      ? 'It takes a command.'
      : `${what[0]?.toUpperCase()}${what.slice(1)}`;
    const help = ['clientele', command, '--help'].filter((word) => word !== '').join(' ');
    super(`${sentence.replace(/[.)]?$/, (end) => (end === ')' ? ').' : '.'))} See \`${help}\`.`);
  }
}

/** Writes why a command failed to standard error and returns the exit code: 2 for a wrong call, else 1. */
export function reportFailure(error: unknown, format: Format): number {
  const sentence = withProgramName(sentenceOf(error));
  const text =
    format === 'json' ? JSON.stringify({ error: sentence }) : coloured(process.stderr, 'red', sentence);
  process.stderr.write(`${text}\n`);
  return error instanceof UsageError ? 2 : 1;
}

/**
 * The failure as a sentence for people. An unforeseen error is reported by kind and place, because its message may
 * quote data.
 */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return unforeseen(error);
  const code = codeOf(error);
  if (error instanceof OperatorError) return error.message;
  if (error.name === 'VaultError' && code !== 'misuse')
    return code === 'root_key' ? error.message : `${error.message} Find out more with: clientele doctor`;
  if (error instanceof Refusal && code === 'unavailable')
    return 'The database does not answer, or takes no writes. Find out more with: clientele doctor';
  if (code === '42501')
    return 'The database user lacks a privilege (42501). It needs to own the database, or at least: grant create, usage on schema public to USER';
  return unforeseen(error);
}

function unforeseen(error: unknown): string {
  return `Something went wrong that Clientele does not know: ${describe(error)}. Please report this line, together with what you did and the output of: clientele doctor`;
}

/** The kind of an error, its code and its place in the sources; never its message. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = codeOf(error);
  const kind = code === undefined ? error.name : `${error.name} ${code}`;
  const place = sourcePlaceOf(error);
  return place === undefined ? kind : `${kind} at ${place}`;
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The first frame of our code in the stack, as a place in the sources. */
function sourcePlaceOf(error: Error): string | undefined {
  for (const line of (error.stack ?? '').split('\n')) {
    const [, file, row, column] = /^\s+at .*?((?:file:\/\/)?\/[^()]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
    if (file === undefined || file.includes('node_modules')) continue;
    const place = sourcePlace(file, Number(row), Number(column));
    if (!place.includes('node_modules')) return place;
  }
  return undefined;
}

function sourcePlace(file: string, row: number, column: number): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const built = `${path.split('/').at(-1)}:${row}`;
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
    const entry = map.findEntry(row - 1, column - 1);
    if (!('originalSource' in entry)) return built;
    return `${entry.originalSource.replace(/^(?:\.\.\/)+/, '')}:${entry.originalLine + 1}`;
  } catch {
    return built;
  }
}

/** Replaces `clientele` in the commands that a sentence proposes by the command that starts this program here. */
export const withProgramName = (sentence: string): string =>
  sentence.replaceAll(
    /(: |`|or start )clientele (?=[a-z-])/g,
    (_all, before) => `${before}${programName()} `,
  );
