import { basename, relative } from 'node:path';
import { styleText } from 'node:util';

// Answers go to standard output; what is said beside them, for people, goes to standard error.

/** How a command answers. */
export type Format = 'table' | 'json';

type Colour = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Colours text where the stream is a terminal that has colours and NO_COLOR is not set. */
export function coloured(stream: NodeJS.WriteStream, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors() ? styleText(colour, text) : text;
}

/** Writes the answer of a command: the data as one JSON text, or the lines for people. */
export function answer(format: Format, data: unknown, lines: () => string): void {
  process.stdout.write(`${format === 'json' ? JSON.stringify(data, undefined, 2) : lines()}\n`);
}

/** Says something beside the answer; a program that reads JSON gets it as JSON. */
export function say(format: Format, sentence: string): void {
  process.stderr.write(`${format === 'json' ? JSON.stringify({ notice: sentence }) : sentence}\n`);
}

/** How this program is called here, so that what it proposes can be copied: `clientele`, or `node bin/clientele.js`. */
export function called(): string {
  const script = process.argv[1] ?? 'clientele';
  if (basename(script) !== 'clientele') {
    const path = relative(process.cwd(), script);
    return `node ${path.startsWith('..') ? script : path}`;
  }
  return script.includes('node_modules') ? 'npx clientele' : 'clientele';
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
