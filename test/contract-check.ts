import { Ajv } from 'ajv';
import { errorsOf, isVersionedRead, type OperationRow } from '../src/contract/operation.ts';
import { operations } from '../src/contract/table.ts';
import { errorCatalogue } from '../src/domain/errors.ts';

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  formats: {
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    date: /^\d{4}-\d{2}-\d{2}$/,
    int32: { type: 'number', validate: (value: number) => Math.abs(value) < 2 ** 31 },
    int64: { type: 'number', validate: Number.isSafeInteger },
  },
});
const schemas = new Map(operations.map((row) => [row.operationId, ajv.compile(row.answer.schema)]));

/** The row that a method and a path (below the prefix, with or without a query) belong to. */
function rowOf(method: string, path: string): OperationRow | undefined {
  const bare = (path.split('?')[0] ?? '').replace(/\/$/, '');
  return operations.find(
    (row) =>
      row.method === method && new RegExp(`^${row.path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(bare),
  );
}

/**
 * Throws where an answer is not what its row of the contract says: a success with its status, schema and
 * headers; an error with a code that the row lists, in the catalogue's status and exactly four members.
 */
export function checkAnswer(method: string, path: string, answered: Answered): void {
  const row = rowOf(method, path);
  const where = `${method} ${row?.path ?? '(no operation)'} answered ${answered.status}`;
  if (answered.headers.get('x-request-id') === null) throw new Error(`${where} without an X-Request-Id.`);
  if (answered.status < 400) {
    if (row) checkSuccess(row, answered, where);
    return;
  }
  if (!answered.headers.get('content-type')?.startsWith('application/problem+json'))
    checkError(row, answered, where);
}

function checkSuccess(row: OperationRow, answered: Answered, where: string): void {
  if (answered.status === 304 && isVersionedRead(row) && answered.text === '') return;
  if (answered.status !== row.answer.status)
    throw new Error(`${where}, the contract says ${row.answer.status}.`);
  for (const header of row.answer.headers ?? []) {
    if (answered.headers.get(header) === null) throw new Error(`${where} without ${header}.`);
  }
  if (row.answer.text !== undefined && answered.text === row.answer.text) return;
  const validate = schemas.get(row.operationId);
  if (!validate?.(answered.json))
    throw new Error(`${where}, not as its schema: ${ajv.errorsText(validate?.errors)}`);
}

function checkError(row: OperationRow | undefined, answered: Answered, where: string): void {
  const body = answered.json as Record<string, unknown> | undefined;
  const members = Object.keys(body ?? {}).join();
  if (members !== 'Message,Status,Code,Type') throw new Error(`${where} with the members ${members}.`);
  const code = String(body?.['Code']) as keyof typeof errorCatalogue;
  if (errorCatalogue[code]?.status !== answered.status) throw new Error(`${where} with the code ${code}.`);
  if (body?.['Status'] !== answered.status)
    throw new Error(`${where}, but its body says ${body?.['Status']}.`);
  if (row && !errorsOf(row).includes(code))
    throw new Error(`${where}: ${code} is not in the contract of ${row.operationId}.`);
}
