import { basename, relative } from 'node:path';
import { styleText } from 'node:util';

// Answers go to standard output. Notices for people go to standard error.

/** The format of a command's answer. */
export type Format = 'table' | 'json';

type Colour = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Colours text if the stream is a terminal with colours and NO_COLOR is not set. */
export function coloured(stream: NodeJS.WriteStream, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors() ? styleText(colour, text) : text;
}

/** Writes the answer of a command: the data as one JSON text, or the lines for people. */
export function printAnswer(
  format: Format,
  data: unknown,
  lines: () => string,
  stream: NodeJS.WritableStream = process.stdout,
): void {
  stream.write(`${format === 'json' ? JSON.stringify(data, undefined, 2) : lines()}\n`);
}

/** Writes a notice beside the answer, as JSON for a program that reads JSON. */
export function printNotice(format: Format, sentence: string): void {
  process.stderr.write(`${format === 'json' ? JSON.stringify({ notice: sentence }) : sentence}\n`);
}

/**
 * The command that starts this program here, so that proposed commands can be copied: `clientele`, or `node
 * bin/clientele.js`.
 */
export function programName(): string {
  const script = process.argv[1] ?? 'clientele';
  if (basename(script) !== 'clientele') {
    const path = relative(process.cwd(), script);
    return `node ${path.startsWith('..') ? script : path}`;
  }
  return script.includes('node_modules') ? 'npx clientele' : 'clientele';
}

/** A word quoted for a shell. */
export const shellQuoted = (word: string): string =>
  /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
