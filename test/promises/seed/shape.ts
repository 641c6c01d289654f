import { expect } from 'vitest';

/** The forms of text that the page's answers have, the narrower ones first. */
const forms: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['id', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
  ['moment without offset', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/],
  ['moment with offset', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/],
  ['day', /^\d{4}-\d\d-\d\d$/],
  ['masked SSN', /^XXX-XX-\d{4}$/],
  ['email', /@/],
];

export type Json = Readonly<Record<string, unknown>>;

const formOf = (value: unknown): string =>
  typeof value === 'string'
    ? (forms.find(([, pattern]) => pattern.test(value))?.[0] ?? 'text')
    : typeof value;

/** What Clientele adds to the page's answers, and where a field that was never given is left out. */
const ours = ['phone_country_code', 'kyc_status', 'date_updated'];
const mayBeAbsent = ['ssn', 'phone', 'email', 'deliverability'];

/**
 * Holds an answer to one that the page prints: its keys, all of them and in their order, and the form of
 * every value. Every address is held to the page's first one.
 */
export function expectShape(answered: Json, page: Json): void {
  const keys = Object.keys(answered);
  expect(keys.filter((key) => !ours.includes(key))).toEqual(
    Object.keys(page).filter((key) => key in answered || !mayBeAbsent.includes(key)),
  );
  for (const [key, value] of Object.entries(answered)) {
    if (ours.includes(key)) continue;
    const example = page[key];
    if (!Array.isArray(value)) {
      expect(`${key}: ${formOf(value)}`).toBe(`${key}: ${formOf(example)}`);
      continue;
    }
    expect(value.length).toBeGreaterThan(0);
    for (const item of value) expectShape(item as Json, (example as readonly Json[])[0] ?? {});
  }
}

/** An answer without what Clientele adds, to be compared with what the page prints. */
export const withoutExtensions = (answered: Json): Json =>
  Object.fromEntries(Object.entries(answered).filter(([key]) => !ours.includes(key)));
