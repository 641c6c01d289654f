import { OperatorError } from '../../domain/operator-error.ts';

/**
 * Why the embedded PostgreSQL cannot be opened. The message is made of whole sentences for the operator and
 * ends with the next step; it names paths and pids, never the content of a row.
 */
export class EmbeddedError extends OperatorError {
  override readonly name = 'EmbeddedError';
}
