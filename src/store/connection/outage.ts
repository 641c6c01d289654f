import { Refusal } from '../../domain/errors.ts';

/**
 * The errors that mean that the database is temporarily not available. They are answered with 503 and may be
 * retried. Other errors are faults of the service.
 */
const outageStates = new Set([
  '25006', // read_only_sql_transaction: a standby, or a full disk
  '53000', // insufficient_resources
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timed out
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
]);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
]);

/** The messages of `pg`, without a code, when a connection ends during a statement. */
const droppedConnection =
  /connection terminated|connection error|not queryable|client was closed|timeout expired|timeout exceeded|query read timeout|cannot use a pool/i;

/** The answer while the database is not available. Whether the change was written is not known. */
export const unavailable = (cause?: unknown) =>
  new Refusal('unavailable', undefined, { retryAfter: 1, cause });

export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error) ?? '';
  // Class 08 contains the failures of the connection itself.
  return (
    outageStates.has(code) ||
    code.startsWith('08') ||
    networkCodes.has(code) ||
    droppedConnection.test(error.message)
  );
}

/** Whether the error concerns the database as a whole, as PostgreSQL, the network or `unavailable` says it. */
export const isUnavailable = (error: unknown): boolean =>
  isOutage(error) || (error instanceof Refusal && error.code === 'unavailable');

/** Whether the error is PostgreSQL's own answer, so that the server is alive. */
export const isServerError = (error: unknown): boolean => error instanceof Error && 'severity' in error;

/** Whether a session refused a write because it is read-only. */
export const isReadOnly = (error: unknown): boolean => codeOf(error) === '25006';

/** Whether a write found no space on the disk of the database. */
export const isDiskFull = (error: unknown): boolean => codeOf(error) === '53100';

/** Whether a connection cannot be used again after this error. */
export const endsConnection = (error: unknown): boolean =>
  isReadOnly(error) ||
  (isOutage(error) && !(error instanceof Error && 'severity' in error && error.severity === 'ERROR'));

/** Whether two changes waited for each other and PostgreSQL aborted this one. It may be retried at once. */
export const isDeadlock = (error: unknown): boolean => codeOf(error) === '40P01';

/**
 * Whether a change used a key that has a successor (`refuse_outdated` in the schema). After the keyring is
 * reloaded, the change may be retried at once.
 */
export const isOutdatedKey = (error: unknown): boolean => codeOf(error) === 'CK001';

/** Whether a statement timed out while it waited for a locked row. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === '55P03';

/** Whether a change of several rows met a row that another change holds or has. Each of them may be made alone. */
export const isContended = (error: unknown): boolean =>
  isDeadlock(error) || isLockTimeout(causeOf(error)) || codeOf(error)?.startsWith('23') === true;

/** What PostgreSQL said, behind `unavailable`. */
export const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error;

/** The unique index that a write violated, if it violated one. */
export function violatedIndex(error: unknown): string | undefined {
  if (codeOf(error) !== '23505') return undefined;
  return error instanceof Error && 'constraint' in error ? String(error.constraint) : undefined;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
