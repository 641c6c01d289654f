import { Refusal } from '../domain/errors.ts';

/** Maximum nesting depth of a body. The deepest valid body has three levels. */
const maxDepth = 16;

/** Ignored at the start of a body (RFC 8259 section 8.1). */
const byteOrderMark = '\ufeff';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a body as RFC 8259 requires, and stricter: UTF-8, at most 16 levels deep, and no duplicate names in an
 * object. `JSON.parse` alone would replace invalid bytes and silently keep the last of two equal names.
 *
 * @throws Refusal `input_error`
 */
export function parseBody(bytes: Buffer): { readonly text: string; readonly value: unknown } {
  const text = decode(bytes);
  refuseDeepOrDoubled(text);
  try {
    return { text, value: JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text) };
  } catch {
    // The parser's own message quotes the body.
    throw new Refusal('input_error', 'The body is not valid JSON.');
  }
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal('input_error', 'The body is not valid UTF-8.');
  }
}

/** Scans only brackets and names; `JSON.parse` checks everything else. */
function refuseDeepOrDoubled(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === maxDepth)
          throw new Refusal('input_error', `The body nests deeper than ${maxDepth} levels.`);
        open.push(text[at] === '{' ? new Set() : undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x22: {
        const end = endOfString(text, at);
        if (isName(text, end)) noteName(open.at(-1), text.slice(at, end));
        at = end - 1;
        break;
      }
    }
  }
}

/**
 * The index after the closing quote of the string that begins at `start`, or the end of the text. A string may be a
 * document of 14 million characters, so the search jumps from quote to quote.
 */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text.charCodeAt(before - 1) === 0x5c) before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return text.length;
}

function isName(text: string, after: number): boolean {
  let at = after;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return text[at] === ':';
}

function noteName(names: Set<string> | undefined, quoted: string): void {
  if (!names) return;
  const name = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  if (names.has(name)) throw new Refusal('input_error', 'A name appears twice in one object of the body.');
  names.add(name);
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** A JSON value as text that depends on its meaning only: members in the order of their names, no blanks. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
