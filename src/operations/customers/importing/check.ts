import { hash } from 'node:crypto';
import { customerOperations } from '../../../contract/customers/customers.ts';
import { parseBody } from '../../../contract/json.ts';
import { checkTexts, checkVisible, shapeCheck, withoutNulls } from '../../../contract/validate.ts';
import type { CustomerInput } from '../../../domain/customers/customer.ts';
import { numberOf, takenNumber } from '../../../domain/customers/identification.ts';
import type { FieldProblems } from '../../../domain/errors.ts';
import { errorCatalogue, Refusal } from '../../../domain/errors.ts';
import { Problems } from '../../../domain/problems.ts';
import type { Validation } from '../../../domain/validation.ts';
import { defaultValidation } from '../../../domain/validation.ts';
import { takenValues, usedImportKeys } from '../../../store/customers/import.ts';
import type { BrandScope } from '../../../store/scope.ts';
import type { Keyring } from '../../../vault/vault.ts';
import type { System } from '../../system.ts';
import { indexDigests } from '../index-values.ts';
import { isUnique } from '../sealing.ts';
import type { Line } from './source.ts';

/** A line and the results of its checks. */
export interface CheckedLine {
  readonly number: number;
  /** SHA-256 of its bytes, hex. Only a keyed digest of it is stored. */
  readonly digest: string;
  /** The body of a create; `undefined` if it is invalid. */
  readonly body: CustomerInput | undefined;
  readonly problems: Problems;
}

const { createCustomer } = customerOperations;
const shape = shapeCheck(createCustomer.body.schema);

/** A line that was checked before, and is the same as then. */
export function readChecked({ number, bytes = Buffer.alloc(0) }: Line): CheckedLine {
  const problems = new Problems();
  const value = withoutNulls(parse(bytes, problems), createCustomer.body.schema);
  return { number, digest: digestOf(bytes), problems, body: value as CustomerInput };
}

const digestOf = (bytes: Buffer | undefined): string => hash('sha256', bytes ?? '');

/** Checks a line as createCustomer checks its body, by what the brand takes. */
export function checkLine(
  system: System,
  { number, bytes, problem }: Line,
  validation: Validation = defaultValidation,
): CheckedLine {
  const problems = new Problems();
  problems.add('line', problem);
  const parsed = bytes && parse(bytes, problems);
  const value = withoutNulls(parsed, createCustomer.body.schema);
  if (!problems.any) {
    checkTexts(value, createCustomer.body.schema, problems);
    checkVisible(value, createCustomer.body.schema, problems);
    problems.addMissing(shape(value));
    const validationContext = {
      now: system.now(),
      sandbox: system.environment === 'sandbox',
      validation,
    };
    problems.addMissing(createCustomer.body.check(value, validationContext));
  }
  return {
    number,
    digest: digestOf(bytes),
    problems,
    body: problems.any ? undefined : (value as CustomerInput),
  };
}

function parse(bytes: Buffer, problems: Problems): unknown {
  try {
    return parseBody(bytes).value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problems.add('line', String(error.detail));
    return undefined;
  }
}

/** The Idempotency-Key of a line, under every index key that is in use; the newest comes last. */
export const lineKeys = (keyring: Keyring, { digest }: CheckedLine): readonly Buffer[] =>
  keyring.indexVersions.map((version) => keyring.indexAt(version, 'idempotency_key', `import ${digest}`));

/** A line's number, if it must be unique, with its digests under every index key in use. */
function uniqueNumber(system: System, keyring: Keyring, { body }: CheckedLine) {
  const number = body && numberOf(body);
  if (number === undefined || !isUnique(system, number)) return undefined;
  return { ...takenNumber(number), digests: indexDigests(keyring, 'ssn', ({ ssn }) => ssn(number)) };
}

/** The lines that no earlier run has imported. */
export async function notImported(
  system: System,
  keyring: Keyring,
  scope: BrandScope,
  lines: readonly CheckedLine[],
): Promise<readonly CheckedLine[]> {
  const keys = new Map(lines.map((line) => [line, lineKeys(keyring, line).map(base64)]));
  const claimed = await usedImportKeys(scope, [...keys.values()].flat(), system.now());
  return lines.filter((line) => !keys.get(line)?.some((key) => claimed.has(key)));
}

/** Unique values, with the line that has them. */
export type SeenValues = Map<string, number>;

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
    const newest = unique?.digests.at(-1);
    const values = {
      line: compact(Buffer.from(digest, 'hex')),
      [unique?.field ?? 'ssn']: newest && compact(newest),
      brand_person_id: person && compact(Buffer.from(person.replaceAll('-', ''), 'hex')),
    };
    for (const [field, value] of Object.entries(values)) {
      const earlier = value && seen.get(value);
      if (earlier) problems.add(field, `The same as on line ${earlier}.`);
    }
    if (problems.any) continue;
    for (const value of Object.values(values)) if (value) seen.set(value, number);
  }
}

/** Sixteen bytes, one character each: a whole UUID or a prefix of a digest, to save memory in large files. */
const compact = (bytes: Buffer): string => bytes.toString('latin1', 0, 16);
const base64 = (digest: Buffer): string => digest.toString('base64');

/** The problems as fields and sentences, never with a value. */
export interface LineProblems {
  readonly line: number;
  readonly problems: FieldProblems;
}
