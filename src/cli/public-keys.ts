import { readFileSync } from 'node:fs';
import { OperatorError } from '../domain/operator-error.ts';

/** A printed key, or a file with one key on each line. */
export function publicKeysIn(given: string): readonly string[] {
  const isKey = (text: string) => /^[0-9a-f]{64}$/.test(text);
  if (isKey(given.toLowerCase())) return [given.toLowerCase()];
  let text = '';
  try {
    text = readFileSync(given === '-' ? process.stdin.fd : given, 'utf8');
  } catch {
    // The error below covers an unreadable file too.
  }
  const keys = text.toLowerCase().split(/\s+/).filter(isKey);
  if (keys.length === 0)
    throw new OperatorError(
      `${given} is neither a key (64 hex digits, as clientele doctor shows it) nor a file with one on each line.`,
    );
  return keys;
}

/** The warning where no key was named. `forged`: what a forger would sign. */
export const unknownKeyText = (forged: string): string =>
  `Clientele cannot tell whether that is your key: a forger could sign ${forged} with another one. Name your key with --key.`;
