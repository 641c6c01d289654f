// The loggable part of an unexpected error: its class and its place in the code, not its message, which may quote
// data.

/** The class of an error, and where it occurred. */
export interface FaultSummary {
  /** The error's class, and its code if it has one. */
  readonly kind: string;
  /** The statement that PostgreSQL refused, or function, file and line of our own code; empty if neither is known. */
  readonly place: string;
}

export function summariseFault(error: unknown): FaultSummary {
  const code = wordOf(error, 'code');
  const statement = wordOf(error, 'statement');
  const frame = framesOf(error).find((one) => !/node_modules|\(node:|at node:/.test(one));
  return {
    kind: code === undefined ? nameOf(error) : `${nameOf(error)} ${code}`,
    place: statement === undefined ? placeOf(frame ?? '') : `statement ${statement}`,
  };
}

/** The same for the log, with the lines of the stack. */
export function describeFault(error: unknown): object {
  if (!(error instanceof Error)) return { error: nameOf(error) };
  return {
    error: nameOf(error),
    code: wordOf(error, 'code'),
    statement: wordOf(error, 'statement'),
    stack: framesOf(error).slice(0, 12),
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** A property that holds a single word, and so no message with data. */
function wordOf(error: unknown, name: 'code' | 'statement'): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(error, name)?.value;
  return typeof value === 'string' && /^\w{1,63}$/.test(value) ? value : undefined;
}

/** The lines of the stack, without the message before them, which may contain similar lines. */
function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const header = error.stack.indexOf(error.message);
  const text = header < 0 ? error.stack : error.stack.slice(header + error.message.length);
  return text
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

/** `at async eraseCustomer (file:///…/erasure.ts:28:3)` as `eraseCustomer (erasure.ts:28)`. */
function placeOf(frame: string): string {
  const [, name, file] = /^at (?:async )?(?:(.+) \()?(?:.*\/)?([^/()]+:\d+):\d+\)?$/.exec(frame) ?? [];
  if (file === undefined) return '';
  return name === undefined ? file : `${name} (${file})`;
}
