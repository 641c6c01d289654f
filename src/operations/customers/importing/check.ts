import { hash } from 'node:crypto';
import { customerOperations } from '../../../contract/customers/customers.ts';
import { parseBody } from '../../../contract/json.ts';
import { checkTexts, checkVisible, shapeCheck, withoutNulls } from '../../../contract/validate.ts';
import type { CustomerInput } from '../../../domain/customers/customer.ts';
import type { TakenNumber } from '../../../domain/customers/identification.ts';
import { numberOf, takenNumber } from '../../../domain/customers/identification.ts';
import type { FieldProblems } from '../../../domain/errors.ts';
import { Refusal } from '../../../domain/errors.ts';
import { Problems } from '../../../domain/problems.ts';
import { textProblem } from '../../../domain/text.ts';
import type { Instant } from '../../../domain/time.ts';
import type { Validation } from '../../../domain/validation.ts';
import type { Environment } from '../../../store/installation/installation.ts';
import type { Keyring } from '../../../vault/vault.ts';
import { indexDigests } from '../index-values.ts';
import { isUnique } from '../sealing.ts';
import type { Batch, DigestedLine } from './batches.ts';
import { linesIn } from './batches.ts';
import type { Line } from './source.ts';

// What can be said about lines without the database: a thread does it, or the import itself.

/** What lines are checked by. */
export interface Rules {
  readonly environment: Environment;
  /** What the brand takes. */
  readonly validation: Validation;
  /** Random, and new for each import: numbers of one file are compared by their digests with it. */
  readonly salt: string;
}

/**
 * What a check has found, with a value for each line in every list. The digests of all lines are in one piece of memory,
 * because they come from a thread. Each has 32 bytes.
 */
export interface CheckedBatch {
  /** The index keys of the keyed digests. The newest comes last. */
  readonly indexVersions: readonly number[];
  /** By which a line is recognised in the file. */
  readonly digests: Uint8Array;
  /** By which a number that must be unique is. The index key may be replaced between two batches, so it is not used. */
  readonly marks: Uint8Array;
  /** The Idempotency-Key of each line, under each of the index keys. */
  readonly keys: Uint8Array;
  /** The number of each line that must be unique, under each of them. */
  readonly numbers: Uint8Array;
  /** What is wrong with this number if another customer has it; `undefined` if none must be unique. */
  readonly taken: readonly (TakenNumber | undefined)[];
  readonly persons: readonly (string | undefined)[];
  /** By the places of lines. A line without any is a valid body of a create. */
  readonly problems: ReadonlyMap<number, FieldProblems>;
}

/** The problems as fields and sentences, never with a value. */
export interface LineProblems {
  readonly line: number;
  readonly problems: FieldProblems;
}

const digestLength = 32;

/** The digests of one line in a list. */
export const digestsAt = (list: Uint8Array, place: number, count = 1): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) =>
    Buffer.from(list.buffer, list.byteOffset + (place * count + index) * digestLength, digestLength),
  );

const { createCustomer } = customerOperations;
const shape = shapeCheck(createCustomer.body.schema);

/** Checks lines, and digests what must be unique of each. */
export function checkBatch(rules: Rules, keyring: Keyring, batch: Batch, now: Instant): CheckedBatch {
  const { indexVersions } = keyring;
  const lines = linesIn(batch);
  const digests = new Uint8Array(lines.length * digestLength);
  const marks = new Uint8Array(digests.length);
  const keys = new Uint8Array(digests.length * indexVersions.length);
  const numbers = new Uint8Array(keys.length);
  const taken: (TakenNumber | undefined)[] = [];
  const persons: (string | undefined)[] = [];
  const problems = new Map<number, FieldProblems>();
  for (const [place, line] of lines.entries()) {
    digests.set(Buffer.from(line.digest, 'hex'), place * digestLength);
    put(keys, place, lineKeys(keyring, line));
    const { body, problems: found } = checkLine(rules, line, now);
    if (!body) problems.set(place, found.toObject());
    persons.push(body?.brand_person_id?.toLowerCase());
    const number = body && numberOf(body);
    if (number === undefined || !isUnique(rules, number)) {
      taken.push(undefined);
      continue;
    }
    taken.push(takenNumber(number));
    marks.set(hash('sha256', `${rules.salt} ${number}`, 'buffer'), place * digestLength);
    put(
      numbers,
      place,
      indexDigests(keyring, 'ssn', ({ ssn }) => ssn(number)),
    );
  }
  return { indexVersions, digests, marks, keys, numbers, taken, persons, problems };
}

function put(list: Uint8Array, place: number, digests: readonly Buffer[]): void {
  for (const [index, digest] of digests.entries())
    list.set(digest, (place * digests.length + index) * digestLength);
}

/** The body of a line that was checked before, and is the same as then. */
export function bodyOf({ bytes = Buffer.alloc(0) }: Line): CustomerInput {
  const text = bytes.toString().replace(/^\ufeff/, '');
  return cleared(text, JSON.parse(text)) as CustomerInput;
}

/** Without members that are null, which most texts do not have. */
const cleared = (text: string, value: unknown): unknown =>
  text.includes('null') ? withoutNulls(value, createCustomer.body.schema) : value;

interface CheckedLine {
  /** The body of a create; `undefined` if it is invalid. */
  readonly body: CustomerInput | undefined;
  readonly problems: Problems;
}

/** Checks a line as createCustomer checks its body, by what the brand takes. */
export function checkLine(
  { environment, validation }: Pick<Rules, 'environment' | 'validation'>,
  line: Line,
  now: Instant,
): CheckedLine {
  const problems = new Problems();
  problems.add('line', line.problem);
  const parsed = line.bytes && parse(line.bytes, problems);
  const value = parsed && cleared(parsed.text, parsed.value);
  if (!problems.any) {
    if (parsed && !isPlain(parsed.text)) {
      checkTexts(value, createCustomer.body.schema, problems);
      checkVisible(value, createCustomer.body.schema, problems);
    }
    problems.addMissing(shape(value));
    const validationContext = { now, sandbox: environment === 'sandbox', validation };
    problems.addMissing(createCustomer.body.check(value, validationContext));
  }
  return { problems, body: problems.any ? undefined : (value as CustomerInput) };
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
export const lineKeys = (keyring: Keyring, { digest }: Pick<DigestedLine, 'digest'>): readonly Buffer[] =>
  keyring.indexVersions.map((version) => keyring.indexAt(version, 'idempotency_key', `import ${digest}`));
