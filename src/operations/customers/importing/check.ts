import { hash } from 'node:crypto';
import { customerOperations } from '../../../contract/customers/customers.ts';
import { parseBody } from '../../../contract/json.ts';
import { checkTexts, checkVisible, shapeCheck, withoutNulls } from '../../../contract/validate.ts';
import type { CustomerInput } from '../../../domain/customers/customer.ts';
import { numberOf, takenNumber } from '../../../domain/customers/identification.ts';
import type { FieldProblems } from '../../../domain/errors.ts';
import { errorCatalogue, Refusal } from '../../../domain/errors.ts';
import { Problems } from '../../../domain/problems.ts';
import { textProblem } from '../../../domain/text.ts';
import type { Validation } from '../../../domain/validation.ts';
import { defaultValidation } from '../../../domain/validation.ts';
import { takenValues, usedImportKeys } from '../../../store/customers/import.ts';
import type { BrandScope } from '../../../store/scope.ts';
import type { Keyring } from '../../../vault/vault.ts';
import type { System } from '../../system.ts';
import { indexDigests } from '../index-values.ts';
import { isUnique } from '../sealing.ts';
import type { SeenValues } from './seen.ts';
import type { Line } from './source.ts';

/** A line with the digest that it is recognised by. */
export interface DigestedLine extends Line {
  /** SHA-256 of its bytes, hex. Only a keyed digest of it is stored. */
  readonly digest: string;
}

/** A line and the results of its checks. */
export interface CheckedLine {
  readonly number: number;
  readonly digest: string;
  /** The body of a create; `undefined` if it is invalid. */
  readonly body: CustomerInput | undefined;
  readonly problems: Problems;
}

const { createCustomer } = customerOperations;
const shape = shapeCheck(createCustomer.body.schema);

export const digested = (line: Line): DigestedLine => ({
  ...line,
  digest: hash('sha256', line.bytes ?? ''),
});

/** The body of a line that was checked before, and is the same as then. */
export function bodyOf({ bytes = Buffer.alloc(0) }: Line): CustomerInput {
  const text = bytes.toString().replace(/^\ufeff/, '');
  return cleared(text, JSON.parse(text)) as CustomerInput;
}

/** Without members that are null, which most texts do not have. */
const cleared = (text: string, value: unknown): unknown =>
  text.includes('null') ? withoutNulls(value, createCustomer.body.schema) : value;

/** Checks a line as createCustomer checks its body, by what the brand takes. */
export function checkLine(
  system: Pick<System, 'now' | 'environment'>,
  { number, bytes, problem, digest }: DigestedLine,
  validation: Validation = defaultValidation,
): CheckedLine {
  const problems = new Problems();
  problems.add('line', problem);
  const parsed = bytes && parse(bytes, problems);
  const value = parsed && cleared(parsed.text, parsed.value);
  if (!problems.any) {
    if (parsed && !isPlain(parsed.text)) {
      checkTexts(value, createCustomer.body.schema, problems);
      checkVisible(value, createCustomer.body.schema, problems);
    }
    problems.addMissing(shape(value));
    const validationContext = {
      now: system.now(),
      sandbox: system.environment === 'sandbox',
      validation,
    };
    problems.addMissing(createCustomer.body.check(value, validationContext));
  }
  return { number, digest, problems, body: problems.any ? undefined : (value as CustomerInput) };
}

/** Whether no text in a line can have a problem, because the whole line has none and nothing in it is escaped. */
const isPlain = (line: string): boolean => !line.includes('\\') && textProblem(line) === undefined;

function parse(
  bytes: Buffer,
  problems: Problems,
): { readonly text: string; readonly value: unknown } | undefined {
  try {
    return parseBody(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problems.add('line', String(error.detail));
    return undefined;
  }
}

/** The Idempotency-Key of a line, under every index key that is in use; the newest comes last. */
export const lineKeys = (keyring: Keyring, { digest }: Pick<CheckedLine, 'digest'>): readonly Buffer[] =>
  keyring.indexVersions.map((version) => keyring.indexAt(version, 'idempotency_key', `import ${digest}`));

/** A line's number, if it must be unique, with its digests under every index key in use. */
function uniqueNumber(system: System, keyring: Keyring, { body }: CheckedLine) {
  const number = body && numberOf(body);
  if (number === undefined || !isUnique(system, number)) return undefined;
  return { ...takenNumber(number), digests: indexDigests(keyring, 'ssn', ({ ssn }) => ssn(number)) };
}

/** The lines that no earlier run has imported. */
export async function notImported<One extends { readonly digest: string }>(
  system: Pick<System, 'now'>,
  keyring: Keyring,
  scope: BrandScope,
  lines: readonly One[],
): Promise<readonly One[]> {
  const keys = new Map(lines.map((line) => [line, lineKeys(keyring, line).map(base64)]));
  const claimed = await usedImportKeys(scope, [...keys.values()].flat(), system.now());
  return lines.filter((line) => !keys.get(line)?.some((key) => claimed.has(key)));
}

/** Reports every duplicate of a unique value: in the database, or on an earlier valid line of the file. */
export async function noteDuplicates(
  system: System,
  keyring: Keyring,
  scope: BrandScope,
  lines: readonly CheckedLine[],
  seen: SeenValues,
): Promise<void> {
  const marked = lines
    .filter(({ body }) => body !== undefined)
    .map((line) => ({
      line,
      person: line.body?.brand_person_id?.toLowerCase(),
      unique: uniqueNumber(system, keyring, line),
    }));
  const persons = marked.flatMap(({ person }) => person ?? []);
  const numbers = marked.flatMap(({ unique }) => unique?.digests.map(base64) ?? []);
  const taken = await takenValues(scope, persons, numbers);
  for (const { line, person, unique } of marked) {
    const { problems, number, digest } = line;
    if (unique?.digests.some((one) => taken.has(base64(one)))) problems.add(unique.field, unique.problem);
    if (person && taken.has(person)) problems.add('brand_person_id', errorCatalogue.person_id_dup.message);
    const values = {
      line: Buffer.from(digest, 'hex'),
      [unique?.field ?? 'ssn']: unique?.digests.at(-1),
      brand_person_id: person && hash('sha256', person, 'buffer'),
    };
    for (const [field, value] of Object.entries(values)) {
      const earlier = value && seen.lineOf(value);
      if (earlier) problems.add(field, `The same as on line ${earlier}.`);
    }
    if (problems.any) continue;
    for (const value of Object.values(values)) if (value) seen.add(value, number);
  }
}

const base64 = (digest: Buffer): string => digest.toString('base64');

/** The problems as fields and sentences, never with a value. */
export interface LineProblems {
  readonly line: number;
  readonly problems: FieldProblems;
}
